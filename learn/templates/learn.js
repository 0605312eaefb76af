"use strict";
// Gradient descent once more, for the sliders: the same float32 operations in the same order as learn/descent.py, so that both give
// the same bits. JavaScript's numbers are float64; rounding each result with Math.fround gives what float32 arithmetic would.
(() => {
  const setup = JSON.parse(document.getElementById("setup").textContent);
  const f = Math.fround;

  function gradient(w, b) {
    const oneNth = f(1 / setup.x.length);
    let squares = 0, byW = 0, byB = 0;
    for (let i = 0; i < setup.x.length; i++) {
      const error = f(f(f(w * setup.x[i]) + b) - setup.y[i]);
      const each = f(oneNth * f(2 * error));
      squares = f(squares + f(error * error));
      byW = f(byW + f(each * setup.x[i]));
      byB = f(byB + each);
    }
    return { loss: f(squares / setup.x.length), byW, byB };
  }

  const SCHEDULES = {
    constant: (rate) => rate,
    inverse: (rate, step, halfLife) => rate / (1 + step / halfLife),
    halving: (rate, step, halfLife) => rate / 2 ** Math.floor(step / halfLife),
  };

  function descend({ w, b, rate, steps, schedule, halfLife }) {
    const run = { w: [f(w)], b: [f(b)], loss: [], byW: [], byB: [] };
    for (let step = 0; ; step++) {
      const at = gradient(run.w[step], run.b[step]);
      for (const name of ["loss", "byW", "byB"]) run[name].push(at[name]);
      if (step === steps) return run;
      const size = f(SCHEDULES[schedule](rate, step, halfLife));
      run.w.push(f(run.w[step] - f(size * at.byW)));
      run.b.push(f(run.b[step] - f(size * at.byB)));
    }
  }

  // learn/trial.py has the reasons for these three.
  function stepsTo(run) {
    const found = run.loss.findIndex((loss) => loss <= setup.target);
    return found < 0 ? null : found;
  }

  function turns(run, end) {
    let count = 0;
    for (let step = Math.max(0, end - setup.window) + 1; step <= end; step++) {
      if (run.byW[step] * run.byW[step - 1] + run.byB[step] * run.byB[step - 1] < 0) count++;
    }
    return count;
  }

  function judge(run) {
    const last = run.loss[run.loss.length - 1];
    if (!Number.isFinite(last) || (last > run.loss[0] && last > setup.target)) return "diverges";
    const reached = stepsTo(run);
    if (2 * turns(run, reached === null ? run.loss.length - 1 : reached) >= setup.window) return "oscillates";
    return reached === null ? "crawls" : "arrives";
  }

  // A float32 in as many digits as tell it from its neighbours, as NumPy writes it.
  function exact(value) {
    for (let digits = 1; digits <= 9; digits++) {
      const text = value.toPrecision(digits);
      if (f(Number(text)) === value) return text;
    }
    return String(value); // NaN and the infinities
  }

  function short(value) {
    return Number.isFinite(value) ? String(Number(value.toPrecision(5))).replace("-", "\u2212") : "no number any more";
  }

  const form = document.getElementById("lab-form");
  const FIELDS = ["w", "b", "rate", "steps", "halfLife"];
  const LIMITS = { steps: [1, setup.mostSteps], halfLife: [1, setup.mostSteps], rate: [1e-6, 10], w: [-1000, 1000], b: [-1000, 1000] };

  // The rate's slider is logarithmic: its position is the power of ten. The number beside it, in decimal digits, is what counts.
  const fromSlider = (name, value) => (name === "rate" ? Number((10 ** value).toPrecision(3)) : Number(value));
  const toSlider = (name, value) => (name === "rate" ? Math.log10(value) : value);

  function read() {
    const state = { schedule: form.elements.schedule.value };
    for (const name of FIELDS) {
      const [low, high] = LIMITS[name];
      const typed = form.elements[name].valueAsNumber;
      const value = Number.isNaN(typed) ? setup.start[name] : Math.min(high, Math.max(low, typed));
      state[name] = name === "steps" || name === "halfLife" ? Math.round(value) : value;
    }
    return state;
  }

  function fill(state) {
    for (const name of FIELDS) {
      if (String(state[name]).trim() === "" || !Number.isFinite(Number(state[name]))) continue;
      form.elements[name].value = state[name];
      form.elements[name + "-slider"].value = toSlider(name, Number(state[name]));
    }
    if (setup.schedules.includes(state.schedule)) form.elements.schedule.value = state.schedule;
  }

  function place(svg, axis) {
    const [low, high, start, end, log] = svg.dataset[axis].split(" ").map(Number);
    return (value) => {
      const inner = log ? Math.log10(Math.max(value, 10 ** low)) : value;
      const at = start + ((inner - low) / (high - low)) * (end - start);
      return Math.min(5000, Math.max(-5000, at)).toFixed(2);
    };
  }

  function draw(name, description, parts) {
    const svg = document.getElementById(name);
    svg.setAttribute("aria-label", description);
    const x = place(svg, "x"), y = place(svg, "y");
    const circle = (point) => `M${x(point[0]) - 3.5},${y(point[1])}a3.5,3.5 0 1 0 7,0a3.5,3.5 0 1 0 -7,0z`;
    document.getElementById(name + "-layer").replaceChildren(...parts.map(({ kind, style, points }) => {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("class", `${kind} s-${style}`);
      const inside = points.filter((point) => point.every(Number.isFinite));
      const line = inside.map((point) => `${x(point[0])},${y(point[1])}`).join("L");
      path.setAttribute("d", kind === "dots" ? inside.map(circle).join("") : line && "M" + line);
      return path;
    }));
  }

  const VERDICTS = {
    arrives: "It arrives.",
    oscillates: "It oscillates: it turns back and forth.",
    crawls: "It crawls: it is still on its way.",
    diverges: "It diverges: every step leads farther away.",
  };

  function tell(state, run, outcome) {
    const last = run.loss.length - 1, reached = stepsTo(run), share = state.rate / setup.limit;
    const first = state.schedule === "constant" ? "" : "At its start ";
    const rate = `${first}${first ? "the" : "The"} rate is ${Number((100 * share).toPrecision(3))} % of the largest stable one.`;
    const steps = reached === null ? `The loss ${setup.target} is not reached.` : `The loss ${setup.target} is reached after ${reached} steps.`;
    document.getElementById("verdict").textContent = VERDICTS[outcome];
    document.getElementById("numbers").textContent =
      `After ${last} steps w = ${short(run.w[last])}, b = ${short(run.b[last])}, loss ${short(run.loss[last])}. ${steps} ${rate}`;
  }

  function table(run) {
    const last = run.loss.length - 1;
    const shown = [...new Set([0, 1, 2, 3, 4, 5, 10, 20, 50, 100, 200, 500, 1000, last])].filter((step) => step <= last).sort((a, b) => a - b);
    document.getElementById("steps-body").replaceChildren(...shown.map((step) => {
      const row = document.createElement("tr");
      for (const text of [String(step), ...["w", "b", "loss"].map((name) => exact(run[name][step]))]) {
        row.insertCell().textContent = text;
      }
      return row;
    }));
  }

  function render() {
    const state = read(), run = descend(state), outcome = judge(run), last = run.loss.length - 1;
    form.elements.halfLife.disabled = form.elements["halfLife-slider"].disabled = state.schedule === "constant";
    const w = run.w[last], b = run.b[last], ends = [-1.5, 4.5];
    draw("lab-line", `Your start y = ${short(run.w[0])} x + ${short(run.b[0])}, and after ${last} steps w = ${short(w)}, b = ${short(b)}.`, [
      { kind: "line", style: "guess", points: ends.map((x) => [x, run.w[0] * x + run.b[0]]) },
      { kind: "line", style: "fit", points: ends.map((x) => [x, w * x + b]) },
    ]);
    const way = run.w.map((each, step) => [each, run.b[step]]);
    draw("lab-map", `The way of ${last} steps from w = ${short(run.w[0])}, b = ${short(run.b[0])} to w = ${short(w)}, b = ${short(b)}.`, [
      { kind: "line", style: "path", points: way },
      { kind: "dots", style: "path", points: way.slice(1, 200) },
      { kind: "dots", style: "guess", points: way.slice(0, 1) },
    ]);
    document.querySelectorAll("#lab-loss .x-tick").forEach((tick, index, all) => {
      tick.textContent = Number(((index / (all.length - 1)) * last).toFixed(1));
    });
    draw("lab-loss", `The loss from ${short(run.loss[0])} to ${short(run.loss[last])} in ${last} steps.`, [
      { kind: "line", style: "fit", points: run.loss.map((loss, step) => [step / last, loss]) },
    ]);
    tell(state, run, outcome);
    table(run);
    return state;
  }

  // A drag of a slider changes things many times a second: a browser refuses so many new addresses, and a screen reader cannot say them all.
  const QUIET_MS = 300;
  let waiting = 0;

  function changed() {
    const state = render();
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      history.replaceState(null, "", "#" + new URLSearchParams(state)); // a link to this very run
      document.getElementById("status").textContent = document.getElementById("result").textContent;
    }, QUIET_MS);
  }

  form.addEventListener("input", (event) => {
    const name = event.target.name.replace("-slider", "");
    if (event.target.type === "range") form.elements[name].value = fromSlider(name, event.target.value);
    else if (event.target.type === "number" && event.target.value) form.elements[name + "-slider"].value = toSlider(name, event.target.valueAsNumber);
    changed();
  });
  form.addEventListener("change", () => fill(read())); // what was typed out of range shows as what is computed
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("click", (event) => {
    const trial = setup.trials[event.target.dataset.trial];
    if (!trial) return;
    fill({ ...setup.start, ...trial });
    changed();
  });
  // The staircase and its error: the whole is drawn already, and the frame around the enlarged part hides the rest. Moving it by whole ticks keeps
  // their places, and only their texts change.
  const FIGURES = [...document.querySelectorAll(".slide input")].map((slider) => {
    const name = slider.id.replace("-slide", ""), whole = document.getElementById(name), part = document.getElementById(name + "-detail");
    const ticks = (axis) => [...part.querySelectorAll(`.${axis}-tick`)].map((tick) => {
      const text = tick.textContent.replace("\u2212", "-");
      return { tick, value: Number(text), digits: (text.split(".")[1] || "").length };
    });
    const label = whole.getAttribute("aria-label"), funnel = document.getElementById(name + "-funnel");
    return {
      slider, name, whole, part, funnel, lines: funnel.getAttribute("d"), ticks: { x: ticks("x"), y: ticks("y") },
      before: label.slice(0, label.indexOf("Enlarged below")),
    };
  });
  const perUnit = (panel, axis) => {
    const [low, high, start, end] = panel.dataset[axis].split(" ").map(Number);
    return (end - start) / (high - low);
  };
  const said = (value) => String(Number(value.toPrecision(4))).replace("-", "\u2212");

  function enlarge(low) {
    const { edges, answers, w, b, width, from } = setup.stairs, high = low + width;
    const rise = (at) => Math.round(w * (at + width / 2) + b);
    const inside = answers.filter((_, step) => low <= edges[step] && edges[step + 1] <= high);
    const ends = inside.length ? `, from ${said(inside[0])} to ${said(inside[inside.length - 1])}` : "";
    const told = `Enlarged below, x from ${said(low)} to ${said(high)}: ${inside.length} whole steps${ends}.`;
    for (const { slider, name, whole, part, funnel, lines, ticks, before } of FIGURES) {
      const moved = { x: low - from, y: name === "stairs" ? rise(low) - rise(from) : 0 };
      const offset = (axis) => (-moved[axis] * perUnit(part, axis)).toFixed(2);
      document.getElementById(`${name}-detail-layer`).setAttribute("transform", `translate(${offset("x")} ${offset("y")})`);
      for (const axis of ["x", "y"]) {
        for (const { tick, value, digits } of ticks[axis]) tick.textContent = (value + moved[axis]).toFixed(digits).replace("-", "\u2212");
      }
      const along = moved.x * perUnit(whole, "x");
      for (const path of whole.querySelectorAll(".s-window")) if (path !== funnel) path.setAttribute("transform", `translate(${along.toFixed(2)} 0)`);
      funnel.setAttribute("d", lines.replace(/M([\d.]+)/g, (_, at) => `M${(Number(at) + along).toFixed(2)}`));
      part.querySelector(".title").textContent = `Enlarged: x from ${said(low)} to ${said(high)}`;
      whole.setAttribute("aria-label", before + told);
      slider.value = low;
      slider.setAttribute("aria-valuetext", told);
    }
  }

  for (const { slider } of FIGURES) {
    slider.parentElement.hidden = false;
    slider.addEventListener("input", () => enlarge(Number(slider.value)));
  }
  enlarge(setup.stairs.from);

  form.hidden = false;
  fill(setup.start);
  fill(Object.fromEntries(new URLSearchParams(location.hash.slice(1))));
  fill(read());
  render();
})();
