// Times an ONNX graph in ONNX Runtime on the CPU: node onnxruntime_run.js GRAPH THREADS BATCH SECONDS; prints one JSON object.
// The package onnxruntime-node is found as node finds packages (NODE_PATH), installed with: npm install --ignore-scripts
const ort = require("onnxruntime-node");

async function main() {
  const [graph, threads, batch, seconds] = [process.argv[2], ...process.argv.slice(3).map(Number)];
  const session = await ort.InferenceSession.create(graph, {
    executionProviders: ["cpu"], intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: "all",
  });
  const count = batch * 3 * 32 * 32;
  const bytes = graph.includes("int8");
  const numbers = bytes ? new Uint8Array(count) : new Float32Array(count);
  for (let i = 0; i < count; ++i) numbers[i] = bytes ? (i * 37) % 256 : ((i * 37) % 256 - 128) / 128;
  const feeds = { pixels: new ort.Tensor(bytes ? "uint8" : "float32", numbers, [batch, 3, 32, 32]) };
  const run = async () => {
    const start = process.hrtime.bigint();
    await session.run(feeds);
    return Number(process.hrtime.bigint() - start) / 1e6;
  };
  for (let i = 0; i < 3; ++i) await run();
  const times = [];
  for (let all = 0; all < 1000 * seconds || times.length < 5; all += times[times.length - 1]) times.push(await run());
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ median_ms: times[times.length >> 1], min_ms: times[0], runs: times.length }));
}

main();
