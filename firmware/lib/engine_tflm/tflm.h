// TensorFlow Lite Micro and the generated resolver on top of it, in one place that our warnings do not reach into.
#ifndef PLUMBLINE_TFLM_H
#define PLUMBLINE_TFLM_H

#pragma GCC system_header

#include <plumbline_resolver.h>
// kTfLiteAbort: older versions declare it here, newer ones in micro_context.h.
#include <tensorflow/lite/micro/kernels/circular_buffer.h>
#include <tensorflow/lite/micro/kernels/fully_connected.h>
#include <tensorflow/lite/micro/micro_allocator.h>
#include <tensorflow/lite/micro/micro_context.h>
#include <tensorflow/lite/micro/micro_interpreter.h>
#include <tensorflow/lite/micro/micro_resource_variable.h>
#include <tensorflow/lite/schema/schema_generated.h>

#endif
