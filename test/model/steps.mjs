// Every possible next step of the world: clients, deliveries, alarms, clocks, faults.
const TAKES = ["book", "move", "prep"];
const TO_CALENDAR = new Set(["cancel", "checkin", "confirm", "hold", "extend", "drop"]);
const OFFER_ROUND = (run) => `${run.off}/${run.g}`;

export function makeSteps(world, agenda, cal) {
  const { cfg, off, shard, keys, homeOf, patientOf, put, send, orphan, passed, wire, usesEntry, aptOf } =
    world;

  // ---------- delivery ----------
  function waitlistReply(s, m) {
    const id = m.r.slice(1);
    const run = s.W.run[id];
    if (!run) return;
    if (m.m === "lease") {
      if (m.ans !== "granted") {
        run.q = "pick";
        run.not.push(run.e);
        run.not.sort();
        return;
      }
      run.q = "offer";
      const to = { to: `C${run.c}`, r: `W${id}`, w: `L${OFFER_ROUND(run)}/${run.e}` };
      send(s, { ...to, m: "reoffer", off: run.off, g: run.g, e: run.e });
      return;
    }
    if (m.ans !== "offered")
      send(s, { to: "A", m: "unlease", off: run.off, g: run.g, e: run.e, r: "", w: "" });
    s.W.o[run.c]++;
    delete s.W.run[id];
  }
  /** Refusals of a hold are not kept: the same key may be lucky later. */
  const isFinal = (m) => m.ans !== "busy" && (!["hold", "extend", "drop"].includes(m.m) || m.ans === "held");
  function deliver(s, m) {
    if (m.reply) {
      if (m.r[0] === "A") agenda.agendaReply(s, m);
      else if (m.r[0] === "W") waitlistReply(s, m);
      else if (isFinal(m)) world.answer(s, m.r.slice(1), m.ans);
      return;
    }
    if (m.to === "A") {
      if (m.m === "obs") agenda.agendaApply(s.A[shard(patientOf(m.ev.apt))], m.ev);
      else if (m.m === "ask") agenda.agendaAsk(s, m);
      else agenda.agendaWait(s, m, cal.reply);
      return;
    }
    cal.calendar(s, Number(m.to[1]), m);
  }
  function clientCall(z, k) {
    const cmd = cfg.cmds[k];
    const cl = z.cl[k];
    if (cl.n === 0 && cmd.of) cl.ifm = z.ver[aptOf(z, cmd)] ?? 1;
    cl.n++;
    if (!TO_CALENDAR.has(cmd.k)) {
      agenda.agendaCall(z, k);
      return;
    }
    const m = { m: cmd.k, w: k, r: `E${k}` };
    if (cmd.id) {
      send(z, { ...m, to: `C${cmd.c}`, hid: cmd.id, t: cmd.t ?? -1 });
      return;
    }
    const apt = aptOf(z, cmd);
    send(z, { ...m, m: "dir", to: `C${homeOf(apt)}`, apt, ifm: cl.ifm, hop: 0 });
  }
  function feedAgenda(z, c) {
    const ev = z.C[c].log[z.G[c]++];
    if (ev.e === "apt") agenda.agendaApply(z.A[shard(patientOf(ev.apt))], ev);
    else for (const a of z.A) agenda.agendaApply(a, ev);
  }
  /** The lease outlives the offer at the calendar: same `until` plus a margin. */
  function leaseOver(s, a, e, en) {
    if (usesEntry(a, e)) return false;
    const o = s.C[Number(en.off[1])].of[en.off];
    return !(o && o.g === en.g && o.p === e && !o.x);
  }

  // ---------- steps, part by part ----------
  function clients(s, go) {
    for (const k of keys) {
      const cmd = cfg.cmds[k];
      if (s.cl[k].n >= (cfg.each ?? cmd.calls ?? cfg.calls ?? 2)) continue;
      if (cmd.after && s.cl[cmd.after].n === 0) continue;
      if (cmd.of && aptOf(s, cmd) === "") continue;
      go(`client calls ${k}`, (z) => clientCall(z, k));
    }
  }
  function network(s, go) {
    let prev = "";
    for (let i = 0; i < s.net.length; i++) {
      const m = s.net[i];
      const text = JSON.stringify(m);
      if (text === prev) continue;
      prev = text;
      const name = m.reply
        ? `reply ${m.m}(${m.w}) ${m.ans} -> ${m.r}`
        : `${m.m}(${m.w || m.off || m.apt}) -> ${m.to}`;
      go(`deliver ${name}`, (z) => {
        z.net.splice(i, 1);
        deliver(z, m);
      });
      if (s.lates > 0 && !m.reply && m.m !== "obs")
        go(`duplicate ${name}`, (z) => {
          z.lates--;
          z.net.push({ ...m, r: "", copy: 1 });
        });
      if (s.f > 0 && m.r !== "" && m.r[0] === "E")
        go(`edge gives up on ${name}`, (z) => {
          z.f--;
          if (m.reply) z.net.splice(i, 1);
          else z.net[i].r = "";
        });
      const late =
        m.w && !m.reply && (m.r === "" || cfg.lateCalls) && TAKES.includes(m.m) && !passed(s, m.w, 2);
      if (late) go(`deadline of ${m.w} passes at the calendar`, (z) => put(z.d, m.w, (z.d[m.w] ?? 0) | 2));
    }
  }
  function agendas(s, go) {
    s.A.forEach((a, ai) => {
      const runs = Object.keys(a.run);
      if (s.f > 0)
        for (const k of runs)
          go(`agenda gives up waiting for ${k}`, (z) => {
            z.f--;
            agenda.giveUp(z, z.A[ai], k);
          });
      if (s.cr > 0 && runs.length > 0)
        go(`agenda ${ai} crashes`, (z) => {
          z.cr--;
          for (const k of runs) orphan(z, `A${k}`);
          z.A[ai].run = {};
        });
      for (const [k, op] of Object.entries(a.op)) {
        if (a.run[k]) continue;
        const w = wire(op, k);
        if (op.st === "p")
          go(`agenda alarm after its deadline resolves ${w}`, (z) => {
            put(z.d, w, (z.d[w] ?? 0) | 1);
            agenda.startResolve(z, z.A[ai], k);
          });
        if (op.st === "s")
          go(`agenda alarm voids ${w}`, (z) => {
            z.A[ai].op[k].st = "v";
            agenda.sendAborts(z, z.A[ai], k);
          });
        if (op.st === "c")
          go(`agenda alarm repeats commit of ${w}`, (z) => agenda.startCommit(z, z.A[ai], k));
      }
      for (const [e, en] of Object.entries(a.en))
        if ("lo".includes(en.st) && leaseOver(s, a, e, en))
          go(`lease of ${e} expires`, (z) => {
            put(z.d, `L${en.off}/${en.g}/${e}`, 2);
            Object.assign(z.A[ai].en[e], { st: "w", off: "", g: 0 });
          });
    });
  }
  function calendarAlarms(s, go, C, c) {
    const asked = (w) =>
      s.net.some(
        (m) =>
          m.w === w &&
          !m.reply &&
          (m.m === "ask" ? m.from === c : ["abo", "com"].includes(m.m) && m.to === `C${c}`),
      );
    for (const w of Object.keys(C.pr)) {
      if (!asked(w))
        go(`calendar ${c} asks about ${w}`, (z) => send(z, { to: "A", m: "ask", w, from: c, r: "" }));
      if (off("preparedNeverExpires"))
        go(`prepared ${w} expires at ${c}`, (z) => {
          delete z.C[c].pr[w];
        });
    }
    for (const w of C.fe) {
      if (passed(s, w, 2))
        go(`fence ${w} pruned at ${c}`, (z) => {
          z.C[c].fe = z.C[c].fe.filter((x) => x !== w);
        });
      else go(`deadline of ${w} passes at the calendar`, (z) => put(z.d, w, (z.d[w] ?? 0) | 2));
    }
    for (const [key, r] of Object.entries(C.rel)) {
      const under = s.net.some(
        (m) => (m.m === "release" && m.to === `C${r.c}`) || (m.m === "released" && m.from === r.c),
      );
      if (!under)
        go(`calendar ${c} releases ${key}`, (z) =>
          send(z, { to: `C${r.c}`, m: "release", apt: r.apt, v: r.v, back: c, r: "", w: "" }),
        );
    }
  }
  function holdsAndOffers(go, C, c) {
    for (const [h, r] of Object.entries(C.h)) {
      if (r.x === 0)
        go(`hold ${h} expires`, (z) => {
          z.C[c].h[h].x = 1;
          put(z.ho, h, "e");
        });
      if (r.x !== 0 && off("holdTombstone"))
        go(`hold ${h} is tidied`, (z) => {
          delete z.C[c].h[h];
        });
    }
    for (const [o, r] of Object.entries(C.of)) {
      const name = `offer ${o}/${r.g}`;
      if (!r.x)
        go(`${name} ${r.p === "" ? "unclaimed" : `to ${r.p}`} expires`, (z) => {
          z.C[c].of[o].x = 1;
        });
      else if (!world.offerFrozen(C, o) || off("offerFrozenInSaga"))
        go(`${name}: alarm`, (z) => cal.offerAlarm(z, c, o));
    }
  }
  function logs(s, go, C, c) {
    if (s.G[c] < C.log.length) go(`log ${c} -> agenda`, (z) => feedAgenda(z, c));
    if (s.rp > 0 && s.G[c] > 0)
      go(`log ${c} is replayed to the agenda`, (z) => {
        z.rp--;
        z.G[c] = 0;
      });
    if (!cfg.entries || s.W.o[c] >= C.log.length || s.W.run[c]) return;
    const ev = C.log[s.W.o[c]];
    if (ev.e === "open")
      go(`waitlist takes up ${ev.off}/${ev.g}`, (z) =>
        put(z.W.run, String(c), { q: "pick", c, off: ev.off, g: ev.g, e: "", not: [] }),
      );
    else
      go(`log ${c} -> waitlist skips`, (z) => {
        z.W.o[c]++;
      });
  }
  function waitlist(s, go) {
    for (const [id, run] of Object.entries(s.W.run)) {
      if (run.q === "pick") {
        for (const e of cfg.entries)
          if (!run.not.includes(e.id))
            go(`waitlist leases ${e.id} for ${OFFER_ROUND(run)}`, (z) => {
              const r = z.W.run[id];
              Object.assign(r, { q: "lease", e: e.id });
              send(z, { to: "A", m: "lease", off: r.off, g: r.g, e: e.id, r: `W${id}`, w: "" });
            });
        if (run.not.length >= cfg.entries.length)
          go(`waitlist gives ${OFFER_ROUND(run)} up`, (z) => {
            z.W.o[run.c]++;
            delete z.W.run[id];
          });
      }
      if (s.cr > 0)
        go(`waitlist crashes at ${run.q}`, (z) => {
          z.cr--;
          orphan(z, `W${id}`);
          delete z.W.run[id];
        });
    }
  }
  function next(s, go) {
    clients(s, go);
    network(s, go);
    agendas(s, go);
    s.C.forEach((C, c) => {
      calendarAlarms(s, go, C, c);
      holdsAndOffers(go, C, c);
      logs(s, go, C, c);
    });
    waitlist(s, go);
  }

  // ---------- normal form ----------
  /** Messages that can change nothing any more, whatever happens: dropping them saves states and loses no history. */
  function useless(s, m) {
    if (m.r !== "" || m.reply) return false;
    const inDoubt = (c) =>
      s.C[c].pr[m.w] || s.net.some((x) => x.m === "prep" && !x.reply && x.w === m.w && x.to === `C${c}`);
    switch (m.m) {
      case "abo":
        return !off("attemptNumber") && !inDoubt(Number(m.to[1]));
      case "com":
        return !m.home && !off("attemptNumber") && !inDoubt(Number(m.to[1]));
      case "ask":
        return !off("attemptNumber") && !inDoubt(m.from);
      case "book":
      case "move":
      case "prep":
        return passed(s, m.w, 2) && !off("deadline");
      case "obs": {
        const a = s.A[shard(patientOf(m.ev.apt))];
        const waits = Object.entries(a.op).some(([k, op]) => op.st === "p" && world.isAbout(k, op, m.ev.apt));
        return !waits && !off("keepCancelledClaim") && (a.cl[m.ev.apt]?.v ?? 0) >= m.ev.v;
      }
      default:
        return false;
    }
  }
  const REPEATABLE = new Set(["abo", "com", "ask", "release", "obs"]);
  function tidy(s) {
    const kept = s.net.filter((m) => !useless(s, m)).map((m) => ({ m, text: JSON.stringify(m) }));
    kept.sort((x, y) => (x.text < y.text ? -1 : x.text > y.text ? 1 : 0));
    const again = (x, i) =>
      x.m.r === "" && !x.m.reply && REPEATABLE.has(x.m.m) && kept[i - 1]?.text === x.text;
    s.net = kept.filter((x, i) => !again(x, i)).map((x) => x.m);
    for (const w of Object.keys(s.d)) {
      if (w[0] === "L" && Object.values(s.W.run).some((r) => w === `L${OFFER_ROUND(r)}/${r.e}`)) continue;
      const open = (a) => Object.entries(a.op).some(([k, op]) => wire(op, k) === w && "ps".includes(op.st));
      const inUse = s.net.some((m) => m.w === w) || s.C.some((C) => C.fe.includes(w)) || s.A.some(open);
      if (!inUse) delete s.d[w];
    }
  }
  return { next, tidy };
}
