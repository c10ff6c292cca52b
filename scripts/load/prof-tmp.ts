import { startBareSystem } from "./bare-system.ts";
import { BenchWorld, PROVIDERS } from "./bench-world.ts";
import { benchCases, emptyCase, RIVALS } from "./bench-cases.ts";
import { closedLoop, encodeRequest } from "./raw-http.ts";
import { writeFileSync } from "node:fs";
process.env.BARE_INSPECT="9333";
const system = await startBareSystem({ storage: "tmpfs", core: 0 });
try {
  const world = await BenchWorld.make(system, 2500 + PROVIDERS + RIVALS);
  const cases = await benchCases(world, { rate: 200, reads: 3000, bookings: 1000 });
  const list = await (await fetch("http://127.0.0.1:9333/json")).json();
  const targets = list.map((t:any)=>[t.title??t.id, t.webSocketDebuggerUrl]);
  console.log(targets);
  const url = list.find((t:any)=>/openslot$/.test(t.id)||/openslot$/.test(t.title))?.webSocketDebuggerUrl ?? list[0].webSocketDebuggerUrl;
  const ws = new WebSocket(url); await new Promise(r=>ws.onopen=r);
  let id=0; const waits=new Map<number,(v:any)=>void>();
  ws.onmessage=(e)=>{const m=JSON.parse(e.data as string); if(m.id) waits.get(m.id)?.(m.result??m.error)};
  const cmd=(method:string,params={})=>new Promise<any>(r=>{const i=++id;waits.set(i,r);ws.send(JSON.stringify({id:i,method,params}))});
  await cmd("Profiler.enable"); await cmd("Profiler.setSamplingInterval",{interval:100});
  for (const c of cases) {
    for (const pass of ["warm","prof"]) {
      const n = c.name.startsWith("booking")?1000:3000;
      const reqs=c.take(n); await c.prepare(reqs);
      const bytes=reqs.map(r=>encodeRequest(r,c.port));
      if(pass==="prof"&&process.argv[2]) await cmd("Profiler.start");
      const c0=system.workerd.cpuMicros(), t0=performance.now();
      await closedLoop(c.port,bytes,8);
      const c1=system.workerd.cpuMicros();
      await c.settle();
      console.log(pass,c.name,((c1-c0)/n).toFixed(0),"µs answered",((system.workerd.cpuMicros()-c0)/n).toFixed(0),"µs settled; rate",(n/((performance.now()-t0)/1000)).toFixed(0));
      if(pass==="prof"&&process.argv[2]) { const {profile}=await cmd("Profiler.stop"); writeFileSync(`/tmp/prof-${c.name.replace(/\W+/g,"_")}.cpuprofile`,JSON.stringify(profile)); }
    }
  }
} finally { await system.stop(); }
