// What must hold in every state (check) and what must come true once the faults have ended (settle).

export function makeInvariants(world, steps) {
  const {
    cfg,
    off,
    cals,
    shard,
    keys,
    keyOf,
    numberOf,
    initial,
    patientOf,
    homeOf,
    active,
    lock,
    wire,
    places,
  } = world;

  const decided = (s, w) => {
    const k = keyOf(w);
    const op = s.A[shard(cfg.cmds[k].p)].op[k];
    return op && op.n === numberOf(w) && op.st === "c" ? { k, op } : null;
  };
  /** Where the decision puts the appointment, if its calendar is in doubt about it. */
  function destination(s, c, apt) {
    const w = lock(s, c, apt);
    const d = w && decided(s, w);
    return d ? places(d.k, d.op).find((x) => x.apt === apt) : undefined;
  }
  /** Where the appointment stands, decisions included. */
  function truth(s, apt) {
    for (const a of s.A)
      for (const [k, op] of Object.entries(a.op)) {
        if (op.st !== "c" || (s.ver[apt] ?? 0) >= op.v) continue;
        const x = places(k, op).find((y) => y.apt === apt);
        if (x) return { v: op.v, t: x.t, st: op.cst, c: x.c, sc: op.sc };
      }
    const rows = [];
    s.C.forEach((C, c) => {
      const r = C.ap[apt];
      if (!r || r.sec) return;
      const to = destination(s, c, apt);
      if (!to || to.c === c) rows.push({ ...r, c });
    });
    if (rows.length > 1) return { bad: `two calendars hold ${apt}` };
    return rows[0] ?? null;
  }

  // ---------- one check per invariant ----------
  function capacity(s) {
    for (let c = 0; c < cals; c++)
      for (const t of cfg.times ?? [0, 1]) {
        const C = s.C[c];
        const users = new Set();
        for (const [a, r] of Object.entries(C.ap)) {
          if (r.t !== t || !active(r)) continue;
          const w = lock(s, c, a);
          const leaves = w && C.pr[w].items.some((i) => i.apt === a && i.rl && i.t < 0) && decided(s, w);
          if (!leaves) users.add(a);
        }
        for (const p of Object.values(C.pr)) for (const i of p.items) if (i.t === t) users.add(i.apt);
        let n = users.size;
        for (const [h, r] of Object.entries(C.h)) if (r.t === t && r.x === 0 && !world.holdFrozen(C, h)) n++;
        for (const [o, r] of Object.entries(C.of))
          if (r.t === t && !(r.x && r.p === "") && !world.offerFrozen(C, o)) n++;
        if (n > world.capacity(c)) return `calendar ${c} start ${t} is used ${n} times`;
      }
    return null;
  }
  function holdsLive(s) {
    for (const [h, st] of Object.entries(s.ho)) {
      const c = s.C.findIndex((C) => C.h[h]);
      const lives = s.C.some((C) => C.h[h]?.x === 0 || world.holdFrozen(C, h));
      if (st === "l" && !lives) return `hold ${h} is gone before its time`;
      if (st === "e" && c >= 0 && s.C[c].h[h].x === 0) return `hold ${h} lives after its end`;
    }
    return null;
  }
  function appointments(s) {
    const perKey = {};
    const perPatient = {};
    for (const apt of Object.keys(s.ver)) {
      const now = truth(s, apt);
      if (!now) return `${apt} is nowhere`;
      if (now.bad) return now.bad;
      const bad = (apt in initial ? null : origin(s, apt, perKey)) ?? way(s, apt);
      if (bad) return bad;
      if (!active(now)) continue;
      const id = `${patientOf(apt)}@${now.t}`;
      if (perPatient[id]) return `patient ${patientOf(apt)} is booked twice at ${now.t}`;
      perPatient[id] = 1;
    }
    return null;
  }
  function origin(s, apt, perKey) {
    const k = keyOf(apt);
    const n = numberOf(apt);
    if ((perKey[k] ?? n) !== n) return `two appointments under ${k}`;
    perKey[k] = n;
    const op = s.A[shard(patientOf(apt))].op[k];
    if (!op || op.n > n || "rv".includes(op.st))
      return `${apt} exists although its command was ${op ? op.st : "unknown"}`;
    for (const x of places(k, op))
      if (!(x.apt in s.ver) && op.st !== "c") return `${apt} exists without ${x.apt}: a series in part`;
    return null;
  }
  /** Id and forwarding rows lead to the appointment; no row has a forwarding row beside it. */
  function way(s, apt) {
    for (let c = 0; c < cals; c++)
      if (s.C[c].fw[apt] && s.C[c].ap[apt] && !s.C[c].ap[apt].sec)
        return `${apt} and its forwarding row are both at ${c}`;
    let at = homeOf(apt);
    for (let hops = 0; ; hops++) {
      const row = s.C[at].ap[apt];
      if ((row && !row.sec) || lock(s, at, apt)) return null;
      const fw = s.C[at].fw[apt];
      if (!fw || hops === 2) return `the way to ${apt} is broken at calendar ${at}`;
      at = fw.to;
    }
  }
  function answersStand(s) {
    for (const [k, a] of Object.entries(s.ack)) {
      const [apt, v] = a.split(":");
      const list = cfg.cmds[k].list;
      const all = list ? list.map((_, i) => `${apt.slice(0, apt.lastIndexOf("."))}.${i}`) : [apt];
      for (const x of all)
        if (!((truth(s, x)?.v ?? 0) >= Number(v))) return `acknowledged ${k} was undone (${x})`;
    }
    return null;
  }
  function movesTell(s) {
    for (const a of s.A)
      for (const [k, op] of Object.entries(a.op)) {
        if (cfg.cmds[k].k !== "move") continue;
        const w = wire(op, k);
        const found = s.C.some((C) => C.ap[op.apt]?.rec.some((x) => x[0] === w && x[1] !== "F"));
        const hidden = s.C.some((_, c) => lock(s, c, op.apt));
        if (op.st === "d" && !off("historyTravels") && !found && !hidden)
          return `${w} is called done but never moved`;
        if (!"rv".includes(op.st)) continue;
        for (const C of s.C) {
          const r = C.ap[op.apt]?.rec.find((x) => keyOf(String(x[0])) === k && x[1] !== "F");
          if (r && (op.st === "r" || r[0] === w)) return `${w} moved although its command was ${op.st}`;
        }
      }
    return null;
  }
  function offersLeased(s) {
    for (const C of s.C)
      for (const [o, r] of Object.entries(C.of)) {
        if (r.p === "" || r.x) continue;
        const a = s.A[shard(world.entryPatient(r.p))];
        const en = a.en[r.p];
        const mine = en.st === "b" && world.offerFrozen(C, o); // decided, not yet committed
        if (!mine && !(en.off === o && en.g === r.g) && !s.dec.includes(`${o}/${r.g}/${r.p}`))
          return `${r.p} holds offer ${o}/${r.g} without its lease`;
      }
    return null;
  }
  const all = [capacity, holdsLive, appointments, answersStand, movesTell, offersLeased];
  function check(s) {
    if (s.bad) return s.bad;
    for (const test of all) {
      const bad = test(s);
      if (bad) return bad;
    }
    return null;
  }

  // ---------- after the faults ----------
  const calm = (s) =>
    s.net.length === 0 &&
    s.A.every((a) => Object.keys(a.run).length === 0) &&
    Object.keys(s.W.run).length === 0;
  /** Everything must end in order, whether messages nobody waits for still arrive or are lost. */
  function settle(s) {
    const lost = JSON.parse(JSON.stringify(s));
    lost.net = lost.net.filter((m) => m.r !== "");
    return converge(s) ?? converge(lost);
  }
  const isProgress = (label) =>
    !/^(client|fence|offer|hold)/.test(label) &&
    !(label.startsWith("deadline") && label.endsWith("at the calendar"));
  function converge(s) {
    Object.assign(s, { f: 0, cr: 0, lates: 0, rp: 0 });
    let pick = 12345;
    for (let i = 0; ; i++) {
      steps.tidy(s);
      const bad = check(s);
      if (bad) return bad;
      const list = [];
      steps.next(s, (label, fn) => {
        if (isProgress(label)) list.push(fn);
      });
      if (list.length === 0) break;
      if (i === 400) return "does not settle";
      pick = (Math.imul(pick, 1103515245) + 12345) & 0x7fffffff; // a fair, repeatable choice
      list[(pick >>> 8) % list.length](s);
    }
    return atRest(s);
  }
  /** The end of a version-guarded upsert of all logs, in every order that keeps each log's own. */
  function projections(s) {
    const ends = new Set();
    const seen = new Set();
    const walk = (at, map) => {
      const text = JSON.stringify([at, map]);
      if (seen.has(text)) return;
      seen.add(text);
      let end = true;
      s.C.forEach((C, c) => {
        const ev = C.log[at[c]];
        if (!ev) return;
        end = false;
        const newer = ev.e === "apt" && ((map[ev.apt]?.v ?? 0) < ev.v || off("projectionVersionGuard"));
        const then = newer ? { ...map, [ev.apt]: { c: ev.c, t: ev.t, v: ev.v, st: ev.st } } : map;
        walk(
          at.map((x, i) => (i === c ? x + 1 : x)),
          then,
        );
      });
      if (end) ends.add(JSON.stringify(map));
    };
    const first = (cfg.init ?? []).map((a) => [a.apt, { c: a.c, t: a.t, v: a.v ?? 1, st: "b" }]);
    walk(
      s.C.map(() => 0),
      Object.fromEntries(first),
    );
    return [...ends].map((e) => JSON.parse(e));
  }
  function atRest(s) {
    for (const a of s.A)
      for (const [k, op] of Object.entries(a.op)) if ("psc".includes(op.st)) return `${k} stays pending`;
    for (const C of s.C) {
      if (Object.keys(C.pr).length > 0) return "a prepared interval stays";
      if (Object.keys(C.rel).length > 0) return "a release stays";
    }
    const views = projections(s);
    for (const apt of Object.keys(s.ver)) {
      const now = truth(s, apt);
      const bad = sameEverywhere(s, apt, now, views) ?? resources(s, apt, now) ?? homeKnows(s, apt, now);
      if (bad) return bad;
    }
    for (const a of s.A)
      for (const [e, en] of Object.entries(a.en)) {
        if (!"lo".includes(en.st)) continue;
        const o = s.C[Number(en.off[1])].of[en.off];
        if (!o || o.p !== e || o.g !== en.g) return `lease of ${e} stays`;
      }
    return null;
  }
  function sameEverywhere(s, apt, now, views) {
    const want = JSON.stringify([now.c, now.t, now.v, now.st]);
    const claim = s.A[shard(patientOf(apt))].cl[apt];
    for (const [who, x] of [...views.map((v) => ["projection", v[apt]]), ["agenda", claim]]) {
      if (!x && who === "agenda" && !active(now)) continue;
      if (!x) return `${who} lacks ${apt}`;
      if (JSON.stringify([x.c, x.t, x.v, x.st]) !== want)
        return `${who} of ${apt} is ${JSON.stringify(x)}, truth ${want}`;
    }
    if (claim && active(now) && JSON.stringify(claim.sc) !== JSON.stringify(now.sc))
      return `agenda names other resources of ${apt}`;
    return null;
  }
  function resources(s, apt, now) {
    const have = s.C.flatMap((C, c) => (C.ap[apt]?.sec ? [c] : []));
    const want = active(now) ? [...now.sc].sort() : [];
    if (JSON.stringify(have) !== JSON.stringify(want)) return `resources of ${apt} differ: ${have} / ${want}`;
    for (const c of have) if (s.C[c].ap[apt].t !== now.t) return `resource of ${apt} has another time`;
    return null;
  }
  function homeKnows(s, apt, now) {
    const home = homeOf(apt);
    const fw = s.C[home].fw[apt];
    if (home === now.c ? fw : fw?.to !== now.c || fw.v > now.v)
      return `home of ${apt} says ${JSON.stringify(fw)}, it is at ${now.c}`;
    return null;
  }
  /** What this state shows to be reachable: which answers each key got, so that no run is clean for want of events. */
  function witness(s) {
    const out = [];
    for (const k of keys) if (s.cl[k].ans !== "") out.push(`${k} ${s.cl[k].ans.split(":")[0]}`);
    for (const [k, cmd] of Object.entries(cfg.cmds))
      if (cmd.hold && s.cl[k].ans.startsWith("ok")) out.push(`${k} ok, hold ${s.ho[cmd.hold] ?? "-"}`);
    return out;
  }
  return { check, calm, settle, witness };
}
