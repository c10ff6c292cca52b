// The small world that all parts of the model share: names, initial state, time that is taken, messages, claims.
// `rules` switches a protocol rule off (see scenarios.mjs: breaks) so that the checker shows why the rule is there.

export function makeWorld(cfg, rules) {
  const off = (name) => rules[name] === true; // rule switched off?
  const cals = cfg.cals ?? 2;
  const shard = (p) => (cfg.shards === 2 ? p : 0);
  const keys = Object.keys(cfg.cmds);
  const keyOf = (w) => w.split(".")[0];
  const numberOf = (w) => Number(w.split(".")[1] ?? 0);
  const initial = Object.fromEntries((cfg.init ?? []).map((a) => [a.apt, a]));
  const patientOf = (apt) => initial[apt]?.p ?? cfg.cmds[keyOf(apt)].p;
  function homeOf(apt) {
    if (initial[apt]) return initial[apt].home ?? initial[apt].c;
    const cmd = cfg.cmds[keyOf(apt)];
    const which = apt.split(".")[2];
    if (which === "colleague") return cmd.orElse;
    return cmd.list ? cmd.list[Number(which)].c : [].concat(cmd.c)[0];
  }

  /** Writes a key so that equal maps have equal text, whatever the order of their writes. */
  function put(map, k, v) {
    if (k in map) {
      map[k] = v;
      return;
    }
    const sorted = Object.entries(map);
    sorted.push([k, v]);
    sorted.sort((x, y) => (x[0] < y[0] ? -1 : 1));
    for (const key of Object.keys(map)) delete map[key];
    for (const [key, val] of sorted) map[key] = val;
  }

  function init() {
    const s = {
      A: Array.from({ length: cfg.shards ?? 1 }, () => ({ cl: {}, op: {}, en: {}, run: {} })),
      C: Array.from({ length: cals }, () => ({
        ap: {},
        fw: {},
        pr: {},
        fe: [],
        h: {},
        of: {},
        on: 0,
        rel: {},
        log: [],
      })),
      W: { run: {}, o: Array(cals).fill(0) },
      G: Array(cals).fill(0),
      net: [],
      cl: {},
      d: {},
      f: cfg.faults ?? 1,
      cr: cfg.crashes ?? 1,
      lates: cfg.duplicates ?? 0,
      rp: cfg.replays ?? 0,
      ver: {},
      ack: {},
      dec: [],
      ho: {}, // ghost: holds whose time runs ("l") or is over ("e")
      bad: "",
    };
    for (const a of cfg.init ?? []) {
      const sc = a.sc ?? [];
      const v = a.v ?? 1;
      if (a.home !== undefined) put(s.C[a.home].fw, a.apt, { to: a.c, v });
      put(s.C[a.c].ap, a.apt, { t: a.t, v, st: "b", rec: [], sc, sec: 0 });
      for (const c of sc) put(s.C[c].ap, a.apt, { t: a.t, v, st: "b", rec: [], sc: [], sec: 1 });
      put(s.A[shard(a.p)].cl, a.apt, { c: a.c, t: a.t, v, st: "b", sc });
      put(s.ver, a.apt, v);
    }
    for (const h of cfg.holds ?? []) {
      put(s.C[h.c].h, h.id, { t: h.t, x: 0 });
      put(s.ho, h.id, "l");
    }
    for (const e of cfg.entries ?? [])
      put(s.A[shard(e.p)].en, e.id, { st: e.joined === false ? "n" : "w", off: "", g: 0 });
    for (const k of keys) put(s.cl, k, { n: 0, ans: "", ifm: 0 });
    return s;
  }
  const entryPatient = (e) => cfg.entries.find((x) => x.id === e).p;

  const send = (s, m) => {
    s.net.push(m);
  };
  /** Nobody waits for these messages any more: replies are lost, requests arrive late or never. */
  function orphan(s, tag) {
    s.net = s.net.filter((m) => !(m.reply && m.r === tag));
    for (const m of s.net) if (m.r === tag) m.r = "";
  }
  const passed = (s, w, bit) => ((s.d[w] ?? 0) & bit) !== 0;
  const active = (row) => row.st !== "x";
  function emit(s, c, ev) {
    if (ev.e === "apt") {
      if (ev.v <= (s.ver[ev.apt] ?? 0)) s.bad = `version of ${ev.apt} did not grow (${ev.v})`;
      put(s.ver, ev.apt, Math.max(ev.v, s.ver[ev.apt] ?? 0));
    }
    s.C[c].log.push(ev);
  }

  // ---------- taken time ----------
  /** The prepared row that freezes a hold, or an offer of this generation; its time counts once, with that row. */
  const freezes = (C, test) => Object.keys(C.pr).find((w) => C.pr[w].items.some(test));
  const holdFrozen = (C, h) => freezes(C, (i) => i.hid === h);
  const offerFrozen = (C, o) => freezes(C, (i) => i.off === o && i.g === C.of[o].g);
  function used(s, c, t, except = {}) {
    const C = s.C[c];
    const apts = new Set();
    for (const [a, r] of Object.entries(C.ap)) if (r.t === t && active(r) && a !== except.apt) apts.add(a);
    if (!off("preparedBlocks"))
      for (const p of Object.values(C.pr)) for (const i of p.items) if (i.t === t) apts.add(i.apt);
    let n = apts.size;
    for (const [h, r] of Object.entries(C.h))
      if (r.t === t && r.x === 0 && h !== except.hold && !holdFrozen(C, h)) n++;
    for (const [o, r] of Object.entries(C.of))
      if (r.t === t && o !== except.off && !(r.x && r.p === "") && !offerFrozen(C, o)) n++;
    return n;
  }
  const capacity = (c) => cfg.cap?.[c] ?? 1;
  const occupied = (s, c, t, except) => used(s, c, t, except) >= capacity(c);
  const lock = (s, c, apt) =>
    Object.keys(s.C[c].pr).find((w) => s.C[c].pr[w].items.some((i) => i.apt === apt));

  /** A definitive answer leaves for the client; it may be lost, so every one counts. */
  function answer(s, k, ans) {
    const cl = s.cl[k];
    if (cl.ans !== "" && cl.ans !== ans) s.bad = `two different answers under ${k}: ${cl.ans} / ${ans}`;
    cl.ans = ans;
    if (ans.startsWith("ok:")) put(s.ack, k, ans.slice(3));
  }

  // ---------- what a command is about ----------
  const wire = (op, k) => `${k}.${op.n}`;
  /** Appointment, place and time of every visit that a command takes. */
  function places(k, op) {
    const list = cfg.cmds[k].list;
    if (list) return list.map((x, i) => ({ apt: `${k}.${op.n}.${i}`, c: x.c, t: x.t }));
    return op.apt === "" ? [] : [{ apt: op.apt, c: op.c, t: op.t }];
  }
  const isAbout = (k, op, apt) => places(k, op).some((x) => x.apt === apt);
  const isMove = (op) => op.from !== undefined;
  /** Whether the command uses this waitlist entry and is not settled. */
  const usesEntry = (a, e, except) =>
    Object.entries(a.op).some(([k, o]) => k !== except && cfg.cmds[k].entry === e && "psc".includes(o.st));
  function aptOf(s, cmd) {
    if (!(cmd.of in s.cl)) return cmd.of;
    const ans = s.cl[cmd.of].ans;
    if (!ans.startsWith("ok:")) return "";
    const apt = ans.split(":")[1];
    return cfg.cmds[cmd.of].list ? `${apt.slice(0, apt.lastIndexOf("."))}.${cmd.occ ?? 0}` : apt;
  }

  return {
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
    put,
    init,
    entryPatient,
    send,
    orphan,
    passed,
    active,
    emit,
    holdFrozen,
    offerFrozen,
    used,
    capacity,
    occupied,
    lock,
    answer,
    wire,
    places,
    isAbout,
    isMove,
    usesEntry,
    aptOf,
  };
}
