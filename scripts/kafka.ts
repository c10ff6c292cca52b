/**
 * `npm run kafka`: a real Apache Kafka broker on this machine until Ctrl-C, without Docker: the jars come from Maven Central once. Makes
 * the topics that are missing, and prints what `npm start` needs to mirror to it. Needs Java 17; the first time Maven too.
 *   KAFKA_PORT   where it listens (9092); the next two ports are its controller's and the secured listener's
 */
import { createServer } from "node:net";
import { join } from "node:path";
import { APPOINTMENTS_TOPIC } from "../core/events/event.ts";
import { kafkaTopic } from "../core/events/kafka.ts";
import { RETENTION_MS } from "../core/events/log.ts";
import { APPOINTMENT_PARTITIONS } from "../core/events/partition.ts";
import { Closing } from "./local/closing.ts";
import { KafkaBroker } from "./local/kafka-broker.ts";
import { LOCAL_DIR } from "./local/paths.ts";
import { StartError } from "./local/start-error.ts";

const DEFAULT_PORT = 9092;
const PORT_MAX = 65_533; // and two more

function portOf(text: string | undefined): number {
  const port = Number(text ?? DEFAULT_PORT);
  if (Number.isInteger(port) && port >= 1 && port <= PORT_MAX) return port;
  throw new StartError(`KAFKA_PORT must be a port number from 1 to ${PORT_MAX}.`);
}

/** Else another broker would answer in its place. Throws StartError. */
function requireFree(port: number): Promise<void> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", () =>
      reject(
        new StartError(`Port ${port} is in use. Choose others: KAFKA_PORT=${port + 1000} npm run kafka`),
      ),
    );
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve()));
  });
}

const closing = new Closing();
closing.listen();
try {
  const plain = portOf(process.env.KAFKA_PORT);
  const prefix = process.env.TOPIC_PREFIX ?? "openslot";
  console.log("Starting Apache Kafka (the first time its jars are downloaded: 44 MB) …");
  const ports = { plain, controller: plain + 1, secured: plain + 2 };
  for (const port of Object.values(ports)) await requireFree(port);
  const broker = await KafkaBroker.prepare(join(LOCAL_DIR, `kafka-${plain}`), ports);
  closing.add("Kafka", () => broker.stop());
  await broker.start();
  const topic = kafkaTopic(prefix, APPOINTMENTS_TOPIC);
  await broker.createTopic(topic, APPOINTMENT_PARTITIONS, [`retention.ms=${RETENTION_MS}`]);
  const { address } = broker;
  console.log(`Kafka answers on ${address.plain}; the topic ${topic} has ${APPOINTMENT_PARTITIONS} partitions.

  KAFKA_BOOTSTRAP_SERVERS=${address.plain} KAFKA_SECURITY=plaintext npm start     mirrors to it

Encrypted, with a password (SCRAM or PLAIN): ${address.secured}, user ${address.user}. Password and authority lie in ${join(LOCAL_DIR, `kafka-${plain}`)}.
Ctrl-C stops it; its records stay.`);
  await broker.ended;
  await closing.fail(new StartError("Kafka has ended; broker.log in its folder may say why."));
} catch (error) {
  await closing.fail(error);
}
