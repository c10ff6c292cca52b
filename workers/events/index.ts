/** Consumer groups of the event log. Woken by a doorbell without data; a lost one is rung again by the partition. */
import { WorkerEntrypoint } from "cloudflare:workers";
import { AUDIT_PARTITION_NAMES } from "../../core/audit/entry.ts";
import { DIRECTORY_BELL } from "../../core/directory/bell.ts";
import { APPOINTMENTS_TOPIC } from "../../core/events/event.ts";
import { isMirrored } from "../../core/events/kafka.ts";
import { groupsOf, MIRROR_GROUP } from "../../core/events/log.ts";
import { APPOINTMENT_PARTITIONS, partitionName } from "../../core/events/partition.ts";
import { consume } from "../../durable-objects/event-log-partition/consume.ts";
import { logEvent, logFailure } from "../../durable-objects/shared/log.ts";
import { goOnForgetting } from "../forget-patient.ts";
import { isTrimTime, trimAudit } from "./audit-retention.ts";
import { effects } from "./effects.ts";
import type { EventsEnv } from "./env.ts";
import { type DirectoryRing, pushSome } from "./push-some.ts";
import { drainSignIns, drainSignInsNowAndThen } from "./sign-ins.ts";

const PARTITION_NAMES: readonly string[] = [
  ...Array.from({ length: APPOINTMENT_PARTITIONS }, (_, partition) =>
    partitionName(APPOINTMENTS_TOPIC, partition),
  ),
  ...AUDIT_PARTITION_NAMES,
];

/** A partition always goes through the same one; two keep the six of them in order with two connections. */
const GATEWAYS = 2;
const POKED = [...PARTITION_NAMES, DIRECTORY_BELL];

export { KafkaGateway } from "../../durable-objects/kafka-gateway/kafka-gateway.ts";

export default class Events extends WorkerEntrypoint<EventsEnv> {
  override fetch(): Response {
    return new Response("not found", { status: 404 });
  }

  /** The doorbell. A message names a partition; one that does not is dropped, because any string would create an object. */
  override async queue(batch: MessageBatch<{ partition: string } | DirectoryRing>): Promise<void> {
    const rung = new Set(batch.messages.map(({ body }) => body.partition));
    const without = batch.messages.flatMap(({ body }) => ("without" in body ? (body.without ?? []) : []));
    await Promise.all([
      ...PARTITION_NAMES.filter((name) => rung.has(name)).map((name) => this.poke(name)),
      ...(rung.has(DIRECTORY_BELL) ? [pushSome(this.env, true, [...new Set(without)])] : []),
    ]);
  }

  /** The safety net: whatever the doorbells missed. */
  override async scheduled({ scheduledTime }: ScheduledController): Promise<void> {
    await Promise.all([
      ...POKED.map((name) => this.poke(name)),
      drainSignIns(this.env),
      this.#goOnForgetting(),
      ...(isTrimTime(scheduledTime) ? [trimAudit(this.env, scheduledTime), this.#forgetStrangers()] : []),
    ]);
  }

  /** [E7] The gateway reads by itself: a broker that hangs keeps no other group waiting. */
  #mirror(partition: string): Promise<void> {
    const gateway = Number(partition.split("/")[1]) % GATEWAYS;
    return this.env.KAFKA_GATEWAY.getByName(`gateway-${gateway}`).ring(partition);
  }

  /** [PD10] Deletions that broke off. */
  async #goOnForgetting(): Promise<void> {
    const queries = await import("../../db/index.ts");
    await goOnForgetting(this.env, queries.makeDb(this.env), queries);
  }

  /** [ID23] Whoever proved an address and became nobody. */
  async #forgetStrangers(): Promise<void> {
    try {
      const strangers = await this.env.IDENTITY.forgetStrangers();
      if (strangers > 0) logEvent("identity.strangers_forgotten", { strangers });
    } catch (error) {
      logFailure("identity.forget_strangers_failed", error); // again in an hour
    }
  }

  /** Runs every group at one partition, or pushes the directory. A failing group does not keep the others from running. */
  async poke(partition: string): Promise<void> {
    if (partition === DIRECTORY_BELL) return pushSome(this.env, false);
    if (!PARTITION_NAMES.includes(partition)) return;
    if (AUDIT_PARTITION_NAMES.includes(partition)) await drainSignInsNowAndThen(this.env);
    const run = effects(this.env);
    await Promise.all(
      groupsOf(partition, isMirrored(this.env)).map((group) =>
        group === MIRROR_GROUP ? this.#mirror(partition) : consume(this.env, partition, group, run[group]),
      ),
    );
  }
}
