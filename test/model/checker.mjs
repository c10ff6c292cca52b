// Breadth-first explicit-state search with hashed states and shortest counterexamples, and random walks. No dependencies.

/** Open-addressing set of 53-bit hashes. Two states with one hash count as one: at 10 million states a chance of 1 in 180. */
class HashSet {
  constructor(bits = 20) {
    this.table = new Float64Array(1 << bits);
    this.size = 0;
  }
  add(h) {
    if (this.size * 10 > this.table.length * 7) this.grow();
    const mask = this.table.length - 1;
    let i = (h % 4294967291) & mask;
    for (;;) {
      const x = this.table[i];
      if (x === h) return false;
      if (x === 0) {
        this.table[i] = h;
        this.size++;
        return true;
      }
      i = (i + 1) & mask;
    }
  }
  grow() {
    const old = this.table;
    this.table = new Float64Array(old.length * 2);
    this.size = 0;
    for (const h of old) if (h !== 0) this.add(h);
  }
}

function hash53(text) {
  let a = 0x9e3779b1 | 0;
  let b = 0x85ebca6b | 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0x5bd1e995);
    a ^= a >>> 13;
    b = Math.imul(b ^ c, 0x1b873593);
    b ^= b >>> 15;
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ (b >>> 13);
  b = Math.imul(b ^ (b >>> 16), 0xc2b2ae35) ^ (a >>> 12);
  return ((b & 0x1fffff) >>> 0) * 4294967296 + (a >>> 0) + 1;
}

/**
 * model: { init(): state, next(state, emit(label, fn(clone))), tidy(state), check(state): string|null,
 *   calm(state): boolean, settle(state): string|null, witness(state): string[] }
 * Returns { states, edges, depth, complete, error, trace, witness, seconds }.
 */
export function search(model, { maxStates = 2e6, maxSeconds = 120, settleEvery = 40 } = {}) {
  const began = Date.now();
  const seen = new HashSet();
  const witness = new Set();
  const labels = [];
  const labelId = new Map();
  const parent = [-1];
  const via = [0];
  const intern = (l) => {
    let i = labelId.get(l);
    if (i === undefined) {
      i = labels.push(l) - 1;
      labelId.set(l, i);
    }
    return i;
  };
  const trace = (i) => {
    const out = [];
    for (let k = i; k > 0; k = parent[k]) out.push(labels[via[k]]);
    return out.reverse();
  };
  let edges = 0;
  let depth = 0;
  let error = null;
  const first = JSON.stringify(model.init());
  seen.add(hash53(first));
  let frontier = [first];
  let ids = [0];
  const done = (complete) => {
    const seconds = (Date.now() - began) / 1000;
    return { states: parent.length, edges, depth, complete, error, witness: [...witness].sort(), seconds };
  };
  /** What is wrong with a state that is new, or null. */
  function judge(s, key, h) {
    const bad = model.check(s);
    if (bad) return bad;
    if (!model.calm(s) && h % settleEvery !== 0) return null;
    const late = model.settle(JSON.parse(key));
    return late ? `after settling: ${late}` : null;
  }
  while (frontier.length > 0) {
    const nextFrontier = [];
    const nextIds = [];
    for (let f = 0; f < frontier.length; f++) {
      const text = frontier[f];
      const state = JSON.parse(text);
      frontier[f] = null;
      model.next(state, (label, fn) => {
        if (error) return;
        const s = JSON.parse(text);
        fn(s);
        model.tidy(s);
        edges++;
        const key = JSON.stringify(s);
        const h = hash53(key);
        if (!seen.add(h)) return;
        via.push(intern(label));
        const me = parent.push(ids[f]) - 1;
        for (const x of model.witness(s)) witness.add(x);
        const bad = judge(s, key, h);
        if (bad) error = { message: bad, trace: trace(me), state: key };
        nextFrontier.push(key);
        nextIds.push(me);
      });
      if (error) return done(false);
      if (parent.length > maxStates || Date.now() - began > maxSeconds * 1000) return done(false);
    }
    frontier = nextFrontier;
    ids = nextIds;
    depth++;
  }
  return done(true);
}

/** Random histories to their end: no proof, but they reach the late faults that a cut search does not. */
export function walk(model, { maxSeconds = 20, seed = 1, maxSteps = 120 } = {}) {
  const began = Date.now();
  const witness = new Set();
  let x = seed | 0 || 1;
  const random = (n) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % n;
  };
  let walks = 0;
  let edges = 0;
  let depth = 0;
  let error = null;
  while (!error && Date.now() - began < maxSeconds * 1000) {
    const s = model.init();
    const trace = [];
    const end = maxSteps - random(maxSteps >> 1);
    let bad = null;
    while (!bad && trace.length < end) {
      const list = [];
      model.next(s, (label, fn) => list.push([label, fn]));
      if (list.length === 0) break;
      const [label, fn] = list[random(list.length)];
      trace.push(label);
      fn(s);
      model.tidy(s);
      bad = model.check(s);
    }
    for (const w of model.witness(s)) witness.add(w);
    if (!bad) {
      const late = model.settle(JSON.parse(JSON.stringify(s)));
      bad = late ? `after settling: ${late}` : null;
    }
    walks++;
    edges += trace.length;
    depth = Math.max(depth, trace.length);
    if (bad) error = { message: bad, trace, state: JSON.stringify(s) };
  }
  const seconds = (Date.now() - began) / 1000;
  return { states: walks, edges, depth, complete: false, error, witness: [...witness].sort(), seconds };
}
