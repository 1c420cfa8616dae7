// The programs that a child process runs an ONNX file with.
#pragma once

namespace mog::apps {

// All take: the file, the pictures (bytes [N, 3, H, W]), a folder, N, H, W, threads, ONNX Runtime's level of optimization.
// They write FOLDER/OUTPUT for each output of the file, [N, ...]: int64 as it is, float32 as float64, whole batches in a
// row. Code 3: the package is not there. ONNX Runtime gets four pictures at a time: with ten and more their maps leave the
// cache at n = 128, and a picture takes a tenth longer.

/// Python's onnxruntime; its numpy comes with it.
constexpr const char* kPythonOnnxRuntime = R"(import sys
try:
    import numpy, onnxruntime
except ImportError:
    sys.exit(3)
file, pictures, folder, count, height, width, threads, level = sys.argv[1:]
count, height, width, threads = int(count), int(height), int(width), int(threads)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
options.inter_op_num_threads = 1
options.graph_optimization_level = getattr(
    onnxruntime.GraphOptimizationLevel,
    {'disabled': 'ORT_DISABLE_ALL', 'basic': 'ORT_ENABLE_BASIC', 'extended': 'ORT_ENABLE_EXTENDED', 'all': 'ORT_ENABLE_ALL'}[level])
session = onnxruntime.InferenceSession(file, options, providers=['CPUExecutionProvider'])
entry = session.get_inputs()[0]
pixels = numpy.fromfile(pictures, numpy.uint8).reshape(count, 3, height, width)
if entry.type == 'tensor(float)':
    pixels = pixels.astype(numpy.float32)
names = [output.name for output in session.get_outputs()]
streams = [open(folder + '/' + name, 'wb') for name in names]
for first in range(0, count, 4):
    for stream, values in zip(streams, session.run(names, {entry.name: pixels[first:first + 4]})):
        stream.write(values.astype(numpy.int64 if values.dtype == numpy.int64 else numpy.float64).tobytes())
)";

/// node's onnxruntime-node, found as node finds packages (NODE_PATH).
constexpr const char* kNodeOnnxRuntime = R"(const fs = require('fs');
let ort;
try {
  ort = require('onnxruntime-node');
} catch (error) {
  process.exit(3);
}
async function main() {
  const [file, pictures, folder, ...rest] = process.argv.slice(2);
  const [count, height, width, threads] = rest.slice(0, 4).map(Number);
  const session = await ort.InferenceSession.create(file, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: rest[4],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
  const name = session.inputNames[0], size = 3 * height * width;
  const bytes = fs.readFileSync(pictures);
  let floats = false;
  const feeds = (first, images) => {
    const part = new Uint8Array(bytes.subarray(first * size, (first + images) * size));
    const tensor = floats ? new ort.Tensor('float32', Float32Array.from(part), [images, 3, height, width])
                          : new ort.Tensor('uint8', part, [images, 3, height, width]);
    return { [name]: tensor };
  };
  try {
    await session.run(feeds(0, 1));
  } catch (error) {
    floats = true;
  }
  const streams = session.outputNames.map((output) => fs.openSync(folder + '/' + output, 'w'));
  for (let first = 0; first < count; first += 4) {
    const results = await session.run(feeds(first, Math.min(4, count - first)));
    session.outputNames.forEach((output, i) => {
      const { type, data } = results[output];
      const values = type === 'int64' ? data : Float64Array.from(data);
      fs.writeSync(streams[i], new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    });
  }
}
main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
)";

/// OpenCV's dnn, picture by picture: its 4.6 knows no larger batches.
constexpr const char* kPythonOpenCv = R"(import sys
try:
    import cv2, numpy
except ImportError:
    sys.exit(3)
file, pictures, folder, count, height, width, threads, level = sys.argv[1:]
count, height, width, threads = int(count), int(height), int(width), int(threads)
cv2.setNumThreads(threads)
network = cv2.dnn.readNetFromONNX(file)
pixels = numpy.fromfile(pictures, numpy.uint8).reshape(count, 3, height, width).astype(numpy.float32)
with open(folder + '/logits', 'wb') as stream:
    for picture in range(count):
        network.setInput(pixels[picture:picture + 1])
        stream.write(network.forward('logits').astype(numpy.float64).tobytes())
)";

}  // namespace mog::apps
