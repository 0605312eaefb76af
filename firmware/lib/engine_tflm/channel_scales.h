// A FULLY_CONNECTED with one scale per output channel on a library from before mid-2024: its kernel reads the first scale only and
// computes garbage without a word. This tells before the first inference.
#ifndef PLUMBLINE_CHANNEL_SCALES_H
#define PLUMBLINE_CHANNEL_SCALES_H

#include <type_traits>
#include <utility>

#include "tflm.h"

// True for a kernel that has a multiplier for each channel.
template <typename KernelData, typename = void>
struct reads_channel_scales : std::false_type {};

template <typename KernelData>
struct reads_channel_scales<KernelData, decltype(static_cast<void>(std::declval<KernelData &>().per_channel_output_multiplier))>
    : std::true_type {};

inline bool has_channel_scales(const tflite::SubGraph &graph, const tflite::Operator &op) {
  const auto &weights = *graph.tensors()->Get(static_cast<flatbuffers::uoffset_t>(op.inputs()->Get(1)));
  return weights.quantization() && weights.quantization()->scale() && weights.quantization()->scale()->size() > 1;
}

// True when the library computes every FULLY_CONNECTED of the model as it is quantized.
inline bool channel_scales_are_read(const tflite::Model &model) {
  if (reads_channel_scales<tflite::OpDataFullyConnected>::value) return true;
  for (const auto *graph : *model.subgraphs()) {
    for (const auto *op : *graph->operators()) {
      const auto code = model.operator_codes()->Get(op->opcode_index())->builtin_code();
      if (code == tflite::BuiltinOperator_FULLY_CONNECTED && has_channel_scales(*graph, *op)) return false;
    }
  }
  return true;
}

#endif
