// The calendar: decides about its own time, alone. One function call = one storage transaction.

export function makeCalendar(world) {
  const { cfg, off, keyOf, numberOf, put, send, passed, active, emit, occupied, lock } = world;
  const { holdFrozen, offerFrozen } = world;

  function reply(s, m, body) {
    if (m.r !== "") send(s, { to: m.r[0], reply: 1, r: m.r, w: m.w, m: m.m, ...body });
  }
  /** In the transaction that frees a start: somebody waits, so it is offered before it is public. */
  function freed(s, c, t) {
    const C = s.C[c];
    if (!cfg.entries || occupied(s, c, t)) return;
    C.on++;
    const id = off("freshOfferId") ? `o${c}` : `o${c}${C.on}`;
    dropPublic(C, t);
    put(C.of, id, { t, g: 1, p: "", x: 0 });
    emit(s, c, { e: "open", off: id, g: 1 });
  }
  function dropPublic(C, t) {
    for (const [o, r] of Object.entries(C.of)) if (r.t === t && r.x && r.p === "") delete C.of[o];
  }
  function appointmentEvent(s, c, apt, w) {
    const { v, st, t, sc } = s.C[c].ap[apt];
    emit(s, c, { e: "apt", apt, v, st, c, t, sc, w });
  }
  const recentOf = (row, w) => row?.rec.find((x) => x[0] === w);
  const wordOf = (rec) => (rec[1] === "F" ? "fenced" : "done");

  // ---------- holds ----------
  /** Converted, deleted or expired: the row stays for a day, so that a late copy of its creation finds it. */
  function endHold(s, C, h) {
    if (!C.h[h] || C.h[h].x === 2) return;
    if (off("holdTombstone")) delete C.h[h];
    else C.h[h].x = 2;
    put(s.ho, h, "e");
  }
  const liveHold = (C, h, t) => {
    const row = C.h[h];
    return row?.x === 0 && row.t === t && !holdFrozen(C, h) ? h : "";
  };
  function holdCommand(s, c, m) {
    const C = s.C[c];
    const h = C.h[m.hid];
    if (m.m === "hold") {
      if (h) return reply(s, m, { ans: "held" });
      if (occupied(s, c, m.t)) return reply(s, m, { ans: "refused" });
      if (s.ho[m.hid] === "e") s.bad = `${m.hid} lives again after its end`;
      put(C.h, m.hid, { t: m.t, x: 0 });
      put(s.ho, m.hid, "l");
      return reply(s, m, { ans: "held" });
    }
    if (m.m === "extend") {
      // What ran out comes back if nobody took its start; what was given back or used does not.
      if (h?.x === 1 && (off("extendLooks") || !occupied(s, c, h.t))) {
        h.x = 0;
        put(s.ho, m.hid, "l");
      }
      return reply(s, m, { ans: h?.x === 0 ? "extended" : "gone" });
    }
    endHold(s, C, m.hid);
    return reply(s, m, { ans: "dropped" });
  }

  // ---------- taking time: one calendar ----------
  const offerFits = (C, m) => {
    const o = C.of[m.off];
    return o && (off("offerGeneration") || o.g === m.g) && o.p === m.p && !o.x && !offerFrozen(C, m.off);
  };
  /** The start is free, or free apart from the caller's own hold or offer. */
  function canTake(s, c, t, by, except = {}) {
    if (by.off && !offerFits(s.C[c], by)) return false;
    return !occupied(s, c, t, { ...except, hold: liveHold(s.C[c], by.hid, t), off: by.off });
  }
  function convert(s, C, m, t) {
    if (liveHold(C, m.hid, t)) endHold(s, C, m.hid);
    if (m.off) delete C.of[m.off];
    dropPublic(C, t);
  }
  function book(s, c, m) {
    const C = s.C[c];
    const first = m.items[0].apt;
    if (C.ap[first] || C.fw[first]) return reply(s, m, { ans: "done" }); // one transaction: one id stands for all
    if (C.fe.includes(m.w)) return reply(s, m, { ans: "fenced" });
    let items = m.items;
    if (off("seriesFenceWhole")) items = items.filter((i) => !C.fe.includes(i.apt));
    if (passed(s, m.w, 2) && !off("deadline")) return reply(s, m, { ans: "late" });
    const free = items.filter((i) => canTake(s, c, i.t, m));
    if (off("seriesAllOrNone") && free.length > 0) items = free;
    if (free.length < items.length || items.length === 0) {
      if (m.again)
        for (const i of items) fence(C, off("seriesFenceWhole") ? (free.includes(i) ? "" : i.apt) : m.w);
      return reply(s, m, { ans: "refused" });
    }
    for (const i of items) {
      convert(s, C, m, i.t);
      put(C.ap, i.apt, { t: i.t, v: 1, st: "b", rec: [], sc: [], sec: 0 });
      appointmentEvent(s, c, i.apt, m.w);
    }
    return reply(s, m, { ans: "done" });
  }
  function fence(C, w) {
    if (w === "" || C.fe.includes(w)) return;
    C.fe.push(w);
    C.fe.sort();
  }
  function move(s, c, m) {
    const C = s.C[c];
    const row = C.ap[m.apt];
    if (!row) return reply(s, m, { ans: "refused" });
    const rec = recentOf(row, m.w);
    if (rec) return reply(s, m, { ans: wordOf(rec) });
    if (lock(s, c, m.apt)) return reply(s, m, { ans: "busy" });
    if (passed(s, m.w, 2) && !off("deadline")) return reply(s, m, { ans: "late" });
    if (row.st !== "b" || row.v !== m.ifm || !canTake(s, c, m.t, m, { apt: m.apt })) {
      if (m.again) row.rec.push([m.w, "F"]);
      return reply(s, m, { ans: "refused" });
    }
    const was = row.t;
    convert(s, C, m, m.t);
    row.t = m.t;
    row.v++;
    row.rec.push([m.w, row.v]);
    appointmentEvent(s, c, m.apt, m.w);
    freed(s, c, was);
    return reply(s, m, { ans: "done" });
  }
  function resolve(s, c, m) {
    const C = s.C[c];
    const row = C.ap[m.apt];
    if (m.mv) {
      const rec = recentOf(row, m.w);
      if (rec) return reply(s, m, { ans: wordOf(rec) });
      if (row && !off("fence")) row.rec.push([m.w, "F"]);
      return reply(s, m, { ans: "fenced" });
    }
    if (row || C.fw[m.apt]) return reply(s, m, { ans: "done" });
    if (!off("fence")) fence(C, m.w);
    return reply(s, m, { ans: "fenced" });
  }

  // ---------- taking time: sagas ----------
  function wrong(s, c, m, item) {
    const C = s.C[c];
    const row = C.ap[item.apt];
    const fw = C.fw[item.apt];
    const next = m.ifm + 1;
    if (item.rl) {
      if (!row || row.sec !== item.sec || row.st !== "b") return true;
      if (!item.sec && row.v !== m.ifm) return true;
      if (off("resourcesAreUnversioned") && row.v < m.ifm)
        s.bad = `resource row of ${item.apt} lags behind and refuses`;
    } else if (!off("prepareVersionGuard") && (row?.v >= next || fw?.v >= next)) return true;
    if (item.t < 0) return false;
    const by = { hid: item.hid ?? "", off: item.off ?? "", g: item.g, p: item.e };
    return !canTake(s, c, item.t, by, { apt: item.rl ? item.apt : undefined });
  }
  function prepare(s, c, m) {
    const C = s.C[c];
    const yes = () => {
      const own = m.items.find((i) => i.rl && !i.sec);
      const row = own && C.ap[own.apt];
      return reply(s, m, { ans: "yes", ...(row ? { rec: row.rec, st: row.st } : {}) });
    };
    if (C.pr[m.w]) return yes();
    if (passed(s, m.w, 2)) return reply(s, m, { ans: "late" });
    const dead = Object.keys(C.pr).filter((w) => keyOf(w) === keyOf(m.w) && numberOf(w) < numberOf(m.w));
    if (!off("newAttemptEndsOld"))
      for (const w of dead) delete C.pr[w]; // number n+1 exists because n is void
    else if (dead.some((w) => C.pr[w].items.some((i) => m.items.some((j) => j.t === i.t))))
      s.bad = `${m.w} is refused because of its own dead attempt`;
    if (m.items.some((i) => lock(s, c, i.apt))) return reply(s, m, { ans: "busy" });
    if (m.items.some((i) => wrong(s, c, m, i))) return reply(s, m, { ans: "no" });
    const items = m.items.map(({ hid, e, ...i }) => (hid && liveHold(C, hid, i.t) ? { ...i, hid } : i));
    put(C.pr, m.w, { items, a: m.a });
    if (off("holdOutlivesAbort")) for (const i of items) if (i.hid) delete C.h[i.hid];
    return yes();
  }
  function commit(s, c, m) {
    const C = s.C[c];
    const p = C.pr[m.w];
    if (m.home) {
      const fw = C.fw[m.apt];
      const newer = fw && fw.v < m.v && !C.ap[m.apt];
      if (newer || off("homeVersionGuard")) put(C.fw, m.apt, { to: m.dest, v: m.v });
      return reply(s, m, { ans: "ack", from: c });
    }
    if (!p) return reply(s, m, { ans: "ack", from: c });
    delete C.pr[m.w];
    for (const item of p.items) {
      if (item.t >= 0) commitTake(s, c, m, item);
      else if (C.ap[item.apt]) commitLeave(s, c, m, item);
    }
    return reply(s, m, { ans: "ack", from: c });
  }
  function commitTake(s, c, m, item) {
    const C = s.C[c];
    const was = C.ap[item.apt];
    const rec = (off("historyTravels") && !was) || item.sec ? [] : [...m.rec];
    put(C.ap, item.apt, { t: item.t, v: m.v, st: m.st, rec, sc: item.sec ? [] : m.sc, sec: item.sec });
    if (!off("homeRowEnds")) delete C.fw[item.apt];
    convert(s, C, { hid: off("commitEndsHold") ? "" : item.hid, off: item.off }, item.t);
    if (!item.sec) appointmentEvent(s, c, item.apt, m.w);
    if (item.rl && was) freed(s, c, was.t);
  }
  function commitLeave(s, c, m, item) {
    const C = s.C[c];
    const was = C.ap[item.apt].t;
    delete C.ap[item.apt];
    if (!item.sec) put(C.fw, item.apt, { to: m.dest, v: m.v }); // nobody looks for an appointment at a room
    freed(s, c, was);
  }

  // ---------- giving time back, status ----------
  function direct(s, c, m) {
    const C = s.C[c];
    const cmd = cfg.cmds[m.w];
    const row = C.ap[m.apt];
    const fw = C.fw[m.apt];
    if (!row) {
      // The lock speaks first: the way may lead back to here, and without a way the visit seems not to exist.
      if (lock(s, c, m.apt) && !off("lockBeforeTheWay")) return reply(s, m, { ans: "busy" });
      if (!fw) s.bad = `${m.apt} is answered 404 although it exists`;
      if (!fw || m.hop >= 2) return reply(s, m, { ans: "busy" });
      send(s, { ...m, to: `C${fw.to}`, hop: m.hop + 1 });
      return;
    }
    const rec = recentOf(row, m.w);
    if (rec) return reply(s, m, { ans: `ok:${m.apt}:${rec[1]}` });
    if (lock(s, c, m.apt) && !off("lockedAnswersBusy")) return reply(s, m, { ans: "busy" });
    const stale = row.v !== m.ifm;
    if (cmd.k === "cancel" ? stale || !active(row) : row.st !== "b" || (cmd.k === "confirm" && stale)) {
      if (s.dec.includes(`done:${m.w}`)) s.bad = `${m.w} was done and its repetition is refused`;
      return reply(s, m, { ans: "refused" });
    }
    s.dec.push(`done:${m.w}`);
    s.dec.sort();
    row.v++;
    row.st = cmd.k === "cancel" ? "x" : cmd.k === "confirm" ? "b" : "i";
    row.rec.push([m.w, row.v]);
    appointmentEvent(s, c, m.apt, m.w);
    const ev = s.C[c].log.at(-1);
    if (row.st === "x") {
      freed(s, c, row.t);
      for (const q of row.sc) put(C.rel, `${m.apt}@${q}`, { apt: m.apt, c: q, v: row.v });
    }
    send(s, { to: "A", m: "obs", r: "", w: m.w, ev });
    return reply(s, m, { ans: `ok:${m.apt}:${row.v}` });
  }
  function release(s, c, m) {
    const C = s.C[c];
    const row = C.ap[m.apt];
    if (lock(s, c, m.apt) && !off("releaseWaits")) return; // not acknowledged: repeated later
    if (row?.sec && row.v <= m.v) {
      delete C.ap[m.apt];
      freed(s, c, row.t);
    }
    send(s, { to: `C${m.back}`, m: "released", apt: m.apt, from: c, r: "", w: "" });
  }

  // ---------- offers ----------
  function reoffer(s, c, m) {
    const o = s.C[c].of[m.off];
    if (!o) return reply(s, m, { ans: "gone" });
    if (o.p !== "" || (o.g !== m.g && !off("offerGeneration")))
      return reply(s, m, { ans: o.p === m.e && o.g === m.g ? "offered" : "gone" });
    if (o.x || passed(s, m.w, 2)) return reply(s, m, { ans: "gone" });
    o.p = m.e;
    emit(s, c, { e: "offered", off: m.off, g: o.g, p: m.e });
    return reply(s, m, { ans: "offered" });
  }
  /** Declined or expired: the next generation waits for the waitlist, the last one is public. */
  function reopen(s, c, id) {
    const C = s.C[c];
    const o = C.of[id];
    if (o.g >= (cfg.maxGeneration ?? 2)) {
      delete C.of[id];
      emit(s, c, { e: "public", off: id });
      return;
    }
    Object.assign(o, { g: o.g + 1, p: "", x: 0 });
    emit(s, c, { e: "open", off: id, g: o.g });
  }
  function decline(s, c, m) {
    const C = s.C[c];
    const o = C.of[m.off];
    if (o && o.g === m.g && o.p === m.e && !o.x && !offerFrozen(C, m.off)) reopen(s, c, m.off);
  }
  /** The alarm finds an offer whose clock has run out. */
  function offerAlarm(s, c, id) {
    const C = s.C[c];
    if (C.of[id].p !== "") {
      reopen(s, c, id);
      return;
    }
    delete C.of[id];
    emit(s, c, { e: "public", off: id });
  }

  const handlers = {
    book,
    move,
    res: resolve,
    prep: prepare,
    com: commit,
    dir: direct,
    release,
    reoffer,
    decl: decline,
    hold: holdCommand,
    extend: holdCommand,
    drop: holdCommand,
    abo: (s, c, m) => {
      delete s.C[c].pr[m.w];
    },
    released: (s, c, m) => {
      delete s.C[c].rel[`${m.apt}@${m.from}`];
    },
  };
  const calendar = (s, c, m) => handlers[m.m](s, c, m);
  return { calendar, reply, endHold, offerAlarm };
}
