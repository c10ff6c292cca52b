// The patient's agenda: one row per command, claims, waitlist entries; it coordinates sagas.
// One function call = one storage transaction; what it sends leaves afterwards.

/** Calendars that a saga asks for a yes, each with what it takes and gives back, in the order of asking. */
export function participants(world, k, op) {
  const cmd = world.cfg.cmds[k];
  if (cmd.list) {
    const taken = world.places(k, op);
    const each = [...new Set(taken.map((x) => x.c))].sort();
    return each.map((c) => ({
      c,
      items: taken.filter((x) => x.c === c).map((x) => ({ apt: x.apt, t: x.t, rl: 0, sec: 0 })),
    }));
  }
  const olds = world.isMove(op) ? [op.from, ...op.fsc] : [];
  const news = [op.c, ...op.sc];
  const each = [...new Set([...news, ...olds])];
  if (!world.off("fixedOrder")) each.sort();
  return each.map((c) => {
    const takes = news.includes(c);
    const item = { apt: op.apt, t: takes ? op.t : -1, rl: olds.includes(c) ? 1 : 0, sec: 0 };
    item.sec = (takes ? news : olds).indexOf(c) > 0 ? 1 : 0;
    if (c === op.c && cmd.hold) item.hid = cmd.hold;
    if (c === op.c && op.off) Object.assign(item, { off: op.off, g: op.g, e: cmd.entry });
    return { c, items: [item] };
  });
}

export function makeAgenda(world) {
  const { cfg, off, shard, keyOf, numberOf, homeOf, patientOf, put, send, passed, answer, wire, places } =
    world;
  const { isAbout, isMove, usesEntry, entryPatient, aptOf } = world;
  const agendaOf = (s, k) => s.A[shard(cfg.cmds[k].p)];
  const open = (op) => "psc".includes(op.st);

  function conflict(a, k, op) {
    if (off("overlapGuard")) return false;
    const times = places(k, op).map((x) => x.t);
    const p = cfg.cmds[k].p;
    for (const [apt, c] of Object.entries(a.cl))
      if (apt !== op.apt && patientOf(apt) === p && times.includes(c.t) && c.st !== "x") return true;
    for (const [other, o] of Object.entries(a.op))
      if (
        other !== k &&
        cfg.cmds[other].p === p &&
        open(o) &&
        places(other, o).some((x) => times.includes(x.t))
      )
        return true;
    return false;
  }
  const pendingOn = (a, apt, k) =>
    Object.entries(a.op).some(([x, o]) => x !== k && open(o) && isAbout(x, o, apt));

  // ---------- one calendar ----------
  function sendOp(s, a, k, again) {
    const op = a.op[k];
    const cmd = cfg.cmds[k];
    a.run[k] = { q: "call" };
    const m = { to: `C${op.c}`, w: wire(op, k), r: `A${k}`, again: again && !off("fenceOnResend") ? 1 : 0 };
    Object.assign(m, { hid: cmd.hold ?? "", off: op.off ?? "", g: op.g ?? 0, p: cmd.entry ?? "" });
    if (isMove(op)) send(s, { ...m, m: "move", apt: op.apt, t: op.t, ifm: op.ifm });
    else send(s, { ...m, m: "book", items: places(k, op).map((x) => ({ apt: x.apt, t: x.t })) });
  }
  function startResolve(s, a, k) {
    const op = a.op[k];
    a.run[k] = { q: "res" };
    send(s, { to: `C${op.c}`, w: wire(op, k), r: `A${k}`, m: "res", apt: op.apt, mv: isMove(op) ? 1 : 0 });
  }
  const ansOf = (op) => `ok:${op.apt}:${isMove(op) ? op.ifm + 1 : 1}`;
  function settleBooked(a, k) {
    // Durable knowledge that the command committed: row and claims in one transaction.
    const op = a.op[k];
    op.st = "d";
    op.ans = op.ans || ansOf(op);
    const v = isMove(op) ? op.ifm + 1 : 1;
    const known = off("settleWritesEveryClaim") ? places(k, op).slice(0, 1) : places(k, op);
    for (const x of known)
      if ((a.cl[x.apt]?.v ?? 0) < v && !off("settleWritesClaim"))
        put(a.cl, x.apt, { c: x.c, t: x.t, v, st: "b", sc: [] });
    if (op.off) a.en[cfg.cmds[k].entry].st = "b";
  }

  // ---------- sagas ----------
  function nextPrepare(s, a, k) {
    const op = a.op[k];
    const run = a.run[k];
    const list = participants(world, k, op);
    if (run.i >= list.length) {
      decide(s, a, k);
      return;
    }
    const { c, items } = list[run.i];
    const asks = { items, ifm: op.ifm, a: a === s.A[0] ? 0 : 1 };
    send(s, { to: `C${c}`, w: wire(op, k), r: `A${k}`, m: "prep", ...asks });
  }
  /** One of two rooms: the first one refused, so the second one is asked in its place. */
  function tryAnother(s, a, k) {
    const { instead } = cfg.cmds[k];
    const op = a.op[k];
    if (instead === undefined || op.sc.includes(instead)) return false;
    if (participants(world, k, op)[a.run[k].i].c !== op.sc[0]) return false;
    op.sc = [instead];
    nextPrepare(s, a, k);
    return true;
  }
  /** Any of two providers: the first one refused, so the second one is asked, under an id that leads to the second. */
  function tryColleague(s, a, k) {
    const { orElse } = cfg.cmds[k];
    const op = a.op[k];
    if (orElse === undefined || op.c === orElse || a.run[k].i > 0) return false;
    Object.assign(op, { c: orElse, apt: off("idLeadsToHolder") ? op.apt : `${op.apt}.colleague` });
    nextPrepare(s, a, k);
    return true;
  }
  function decide(s, a, k) {
    const op = a.op[k];
    const run = a.run[k];
    Object.assign(op, { st: "c", v: op.ifm + 1, rec: run.rec ?? [], cst: run.st ?? "b" });
    op.ans = ansOf(op);
    for (const x of places(k, op)) put(a.cl, x.apt, { c: x.c, t: x.t, v: op.v, st: op.cst, sc: op.sc });
    if (op.off) a.en[cfg.cmds[k].entry].st = "b";
    answer(s, k, op.ans);
    startCommit(s, a, k);
  }
  /** The home of a moved appointment hears of the decision without having had a vote. */
  function homeToTell(k, op) {
    if (!isMove(op) || off("homeIsTold")) return [];
    const home = homeOf(op.apt);
    return participants(world, k, op).some((x) => x.c === home) ? [] : [home];
  }
  const committers = (k, op) => [...participants(world, k, op).map((x) => x.c), ...homeToTell(k, op)];
  function commitMessage(op, k, c) {
    const m = {
      to: `C${c}`,
      w: wire(op, k),
      r: "",
      m: "com",
      v: op.v,
      st: op.cst,
      rec: op.rec,
      sc: op.sc,
      dest: op.c,
    };
    return homeToTell(k, op).includes(c) ? { ...m, home: 1, apt: op.apt, rec: [], sc: [] } : m;
  }
  function startCommit(s, a, k) {
    const op = a.op[k];
    a.run[k] = { q: "com", acks: [] };
    for (const c of committers(k, op)) send(s, { ...commitMessage(op, k, c), r: `A${k}` });
  }
  function sendAborts(s, a, k) {
    const op = a.op[k];
    for (const { c } of participants(world, k, op)) send(s, { to: `C${c}`, w: wire(op, k), r: "", m: "abo" });
  }
  function agendaAsk(s, m) {
    // A participant in doubt.
    const k = keyOf(m.w);
    const a = agendaOf(s, k);
    const op = a.op[k];
    if (op && op.n === numberOf(m.w)) {
      if (op.st === "c" || (op.st === "d" && off("finishedMeansAbort"))) {
        send(s, commitMessage(op, k, m.from));
        return;
      }
      if (op.st === "s" && a.run[k] && !off("askWaitsWhileTrying")) return; // still trying: no answer yet
    }
    send(s, { to: `C${m.from}`, w: m.w, r: "", m: "abo" });
  }

  // ---------- the client calls ----------
  function repeated(s, a, k, old) {
    if ("dcr".includes(old.st)) return answer(s, k, old.ans);
    if (a.run[k]) return; // 409 idempotency-in-flight
    if (old.st === "s") {
      // The coordinator died before deciding: this attempt is void.
      if (off("attemptNumber")) {
        a.run[k] = { q: "prep", i: 0 };
        nextPrepare(s, a, k);
        return;
      }
      sendAborts(s, a, k);
      old.st = "v";
      return;
    }
    if (passed(s, wire(old, k), 1)) startResolve(s, a, k);
    else sendOp(s, a, k, true);
  }
  function refuse(s, a, k, op, ans) {
    put(a.op, k, { ...op, st: "r", ans });
    answer(s, k, ans);
  }
  /** Fills in the offer that the client read; false: nothing more to do. */
  function withOffer(s, a, k, op) {
    const cmd = cfg.cmds[k];
    const en = a.en[cmd.entry];
    const cl = s.cl[k];
    if (cl.off === undefined) {
      if (en.off === "") return false;
      Object.assign(cl, { off: en.off, g: en.g });
    }
    if (en.off !== cl.off || en.g !== cl.g || !"lo".includes(en.st)) {
      refuse(s, a, k, op, "gone");
      return false;
    }
    if (usesEntry(a, cmd.entry, k)) return false; // busy
    Object.assign(op, { off: en.off, g: en.g, c: Number(en.off[1]), t: cfg.offerStart ?? 0 });
    return true;
  }
  /** Fills in where the appointment stands and where it shall go; false: busy or not there. */
  function withMove(s, a, k, op) {
    const cmd = cfg.cmds[k];
    op.apt = aptOf(s, cmd);
    const cl = a.cl[op.apt];
    if (!cl || op.apt === "") return false;
    if (pendingOn(a, op.apt, k) && !off("oneOpPerAppointment")) return false; // 503 with Retry-After
    op.ifm = s.cl[k].ifm;
    op.from = cl.c;
    op.fsc = cl.sc;
    const target = cmd.k === "swap" ? [op.c] : cmd.c === undefined ? [cl.c, ...cl.sc] : [].concat(cmd.c);
    op.c = target[0];
    op.sc = target.slice(1);
    return true;
  }
  function isSaga(k, op) {
    const cmd = cfg.cmds[k];
    if (cmd.k === "series") return new Set(cmd.list.map((x) => x.c)).size > 1;
    return cmd.k === "set" || (isMove(op) && (op.from !== op.c || op.fsc.length > 0 || op.sc.length > 0));
  }
  function agendaCall(s, k) {
    const cmd = cfg.cmds[k];
    const a = agendaOf(s, k);
    const old = a.op[k];
    if (old && old.st !== "v") {
      repeated(s, a, k, old);
      return;
    }
    if (["decline", "withdraw", "join"].includes(cmd.k)) {
      entryCall(s, a, k);
      return;
    }
    const n = off("attemptNumber") ? 1 : (old?.n ?? 0) + 1;
    const op = {
      st: "p",
      n,
      apt: "",
      c: [].concat(cmd.c ?? cmd.list?.[0].c ?? 0)[0],
      t: cmd.t ?? -1,
      ans: "",
      ifm: 0,
      sc: [],
    };
    if (cmd.k === "set") op.sc = cmd.c.slice(1);
    if (["book", "set", "accept"].includes(cmd.k)) op.apt = `${k}.${n}`;
    if (cmd.k === "series") op.apt = `${k}.${n}.0`;
    if (cmd.entry && !withOffer(s, a, k, op)) return;
    if (["move", "xmove", "swap"].includes(cmd.k) && !withMove(s, a, k, op)) return;
    if (conflict(a, k, op)) {
      refuse(s, a, k, op, "conflict");
      return;
    }
    const here = cmd.k === "xmove" && op.from === op.c && op.fsc.length === 0 && op.sc.length === 0;
    if (here) {
      refuse(s, a, k, op, "same");
      return;
    }
    if (isSaga(k, op)) {
      op.st = "s";
      put(a.op, k, op);
      put(a.run, k, { q: "prep", i: 0 });
      nextPrepare(s, a, k);
      return;
    }
    put(a.op, k, op);
    put(a.run, k, {});
    sendOp(s, a, k, false);
  }
  function entryCall(s, a, k) {
    const cmd = cfg.cmds[k];
    const en = a.en[cmd.entry];
    const done = (ans) => {
      put(a.op, k, { st: "d", n: 1, apt: "", c: 0, t: -1, ans });
      answer(s, k, ans);
    };
    if (cmd.k === "join") {
      if (en.st === "n") en.st = "w";
      done("joined");
      return;
    }
    if (usesEntry(a, cmd.entry, k) && !off("withdrawWaits")) return; // an accept is pending: busy
    const had = "lo".includes(en.st) ? { off: en.off, g: en.g } : null;
    if (cmd.k === "decline" && !had) return;
    if (had) {
      s.dec.push(`${had.off}/${had.g}/${cmd.entry}`);
      s.dec.sort();
      send(s, { to: `C${had.off[1]}`, r: "", m: "decl", off: had.off, g: had.g, e: cmd.entry, w: "" });
    }
    if (en.st !== "b") Object.assign(en, { st: cmd.k === "withdraw" ? "x" : "w", off: "", g: 0 });
    done(en.st);
  }

  // ---------- replies and news ----------
  function agendaReply(s, m) {
    const k = keyOf(m.w);
    const a = agendaOf(s, k);
    const op = a.op[k];
    const run = a.run[k];
    if (!run) return;
    if (run.q === "com") {
      run.acks.push(m.from);
      run.acks.sort();
      if (new Set(run.acks).size >= committers(k, op).length) {
        op.st = "d";
        delete a.run[k];
      }
      return;
    }
    if (run.q === "prep") {
      if (m.ans === "yes") {
        run.i++;
        if (m.rec) Object.assign(run, { rec: m.rec, st: m.st });
        nextPrepare(s, a, k);
        return;
      }
      if (m.ans === "no" && (tryAnother(s, a, k) || tryColleague(s, a, k))) return;
      delete a.run[k];
      sendAborts(s, a, k);
      op.st = "v";
      if (m.ans === "no") refuse(s, a, k, op, "refused");
      return;
    }
    delete a.run[k];
    if (op.st !== "p") {
      if (op.ans) answer(s, k, op.ans);
      return; // the log was faster
    }
    if (m.ans === "done") {
      if (run.q === "res") settleBooked(a, k);
      answer(s, k, ansOf(op));
    } else if (m.ans === "fenced") op.st = "v";
    else if (m.ans === "refused") refuse(s, a, k, op, "refused");
    else if (m.ans === "late") startResolve(s, a, k);
    // busy: stays pending; a retry or the alarm asks again
  }
  function agendaApply(a, ev) {
    // Log event or direct observation; guarded by version.
    if (ev.e !== "apt") {
      offerNews(a, ev);
      return;
    }
    const cl = a.cl[ev.apt];
    if (!cl || cl.v < ev.v) {
      if (ev.st === "x" && off("keepCancelledClaim")) delete a.cl[ev.apt];
      else put(a.cl, ev.apt, { c: ev.c, t: ev.t, v: ev.v, st: ev.st, sc: ev.sc });
    }
    for (const [k, op] of Object.entries(a.op)) {
      if (op.st !== "p" || !isAbout(k, op, ev.apt)) continue;
      const mine = !isMove(op) || (off("eventNamesCommand") ? ev.v > op.ifm : ev.w === wire(op, k));
      if (mine) settleBooked(a, k);
    }
  }
  function offerNews(a, ev) {
    for (const [e, en] of Object.entries(a.en)) {
      if (en.off !== ev.off || usesEntry(a, e)) continue;
      if (ev.e === "offered" && en.g === ev.g && ev.p === e && en.st === "l") en.st = "o";
      const over = ev.e === "public" || (ev.e === "open" && en.g < ev.g);
      if (over && en.st !== "b") Object.assign(en, { st: "w", off: "", g: 0 });
    }
  }
  function agendaWait(s, m, reply) {
    // Messages from the waitlist.
    const a = s.A[shard(entryPatient(m.e))];
    const en = a.en[m.e];
    const pending = usesEntry(a, m.e);
    if (m.m === "lease") {
      let ans = "denied";
      if (off("leaseFirst")) ans = "granted";
      else if (en.st === "w" && !pending) {
        Object.assign(en, { st: "l", off: m.off, g: m.g });
        ans = "granted";
      } else if (en.off === m.off && en.g === m.g && en.st === "l") ans = "granted";
      reply(s, m, { ans });
      return;
    }
    if (en.off === m.off && en.g === m.g && en.st === "l" && !pending)
      Object.assign(en, { st: "w", off: "", g: 0 });
  }
  function giveUp(z, a, k) {
    const q = a.run[k].q;
    world.orphan(z, `A${k}`);
    delete a.run[k];
    if (q === "prep" && !off("attemptNumber")) {
      a.op[k].st = "v";
      sendAborts(z, a, k);
    }
  }
  return {
    agendaCall,
    agendaReply,
    agendaApply,
    agendaAsk,
    agendaWait,
    startResolve,
    startCommit,
    sendAborts,
    giveUp,
  };
}
