// How much arithmetic an embedding takes, whoever computes it: two operations for each multiplication with a sum in the
// convolutions, the matrix products and attention's two products, of the pixels that are there. Norms, biases and
// activations are not counted, nor what windows that reach beyond the picture have outside it, though most
// implementations compute that too.
#include "models/image_encoder.h"

namespace wick {
namespace {

/// Goes through the stages in order.
struct Count {
  Index side;              // of the picture as the stages so far leave it, in pixels
  double multiplications;  // of them

  double pixels() const { return static_cast<double>(side * side); }

  void each_pixel(const Linear& layer) {
    multiplications += pixels() * static_cast<double>(layer.inputs() * layer.outputs());
  }
  void convolution(const Convolution& layer) {
    side = layer.shape.outputs(side);
    each_pixel(layer.taps);
  }
  void depthwise(const DepthwiseConvolution& layer) {
    side = layer.shape.outputs(side);
    multiplications += pixels() * static_cast<double>(layer.weight.elements());
  }
  /// Scores of each pixel with all of its window, and the values by them.
  void attention(Index window, Index dim) {
    multiplications += 2 * pixels() * static_cast<double>(window * window * dim);
  }
  void bottleneck(const Linear& expand, const DepthwiseConvolution& middle, const Linear& shrink) {
    each_pixel(expand);
    depthwise(middle);
    each_pixel(shrink);
  }

  void operator()(const PatchEmbedding& stage) {
    convolution(stage.first);
    convolution(stage.second);
  }
  void operator()(const BottleneckBlock& stage) { bottleneck(stage.expand, stage.depthwise, stage.shrink); }
  void operator()(const PatchMerging& stage) { bottleneck(stage.expand, stage.depthwise, stage.shrink); }
  void operator()(const WindowBlock& stage) {
    each_pixel(stage.qkv);
    attention(stage.window, stage.out.inputs());
    each_pixel(stage.out);
    depthwise(stage.local);
    each_pixel(stage.up);
    each_pixel(stage.down);
  }
  void operator()(const PatchTokens& stage) { convolution(stage.patches); }
  void operator()(const TokenBlock& stage) {
    const Index dim = stage.out.inputs();
    each_pixel(stage.qkv);
    attention(stage.window, dim);
    multiplications += pixels() * static_cast<double>(2 * stage.window * dim);  // with the places' distances
    each_pixel(stage.out);
    each_pixel(stage.up);
    each_pixel(stage.down);
  }
  void operator()(const Neck& stage) {
    each_pixel(stage.reduce);
    convolution(stage.mix);
  }
};

}  // namespace

double ImageEncoder::operations() const {
  Count count{size_, 0};
  for (const Stage& stage : stages_) std::visit(count, stage);
  return 2 * count.multiplications;
}

}  // namespace wick
