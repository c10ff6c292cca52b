/**
 * A thread of its own that makes the busy network's appointments as lines for COPY, while the database is made beside it: five
 * seconds that a first start does not wait for.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { incomingRow } from "../../db/incoming/put-incoming.ts";
import { type Sample, sampleAppointments, sampleNetwork } from "./sample.ts";

/** Tab-separated; our values have no tab, backslash or line end in them. Empty for the small network. */
export function sampleRows(sample: Sample): Promise<string> {
  if (!sample.busy) return Promise.resolve("");
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: sample });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

function makeRows(sample: Sample): string {
  const lines = sampleAppointments(sample, sampleNetwork(sample)).map((row) =>
    Object.values(incomingRow(row))
      .map((value) => value ?? "\\N")
      .join("\t"),
  );
  return `${lines.join("\n")}\n`;
}

if (!isMainThread && parentPort && (workerData as Sample | null)?.busy) {
  parentPort.postMessage(makeRows(workerData as Sample)); // given by sampleRows
}
