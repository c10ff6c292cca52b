import { loadavg } from "node:os";
import { startBareSystem, inventPatients } from "./bare-system.ts";
import { ApiClient } from "./api-client.ts";
import { bookingOf, freeSlots } from "./free-slots.ts";
const system = await startBareSystem({ storage: "disk", core: null });
const api = new ApiClient(system.workerd.port, 4);
const ppl = await Promise.all(inventPatients(40).map(async id=>({id,token:await system.patientToken(id)})));
const slots=(await Promise.all(system.directory.providers.slice(0,10).map(p=>freeSlots(api,p,28)))).flat();
let k=0;
const book=async()=>api.call("POST","/v1/appointments",{token:ppl[k%40]!.token,key:`c${k}`,body:bookingOf(slots[(k*37)%slots.length]!)});
for(let i=0;i<20;i++){k++; await book();}
const rows:number[][]=[];
try {
  for (let i=0;i<12;i++){
    await new Promise(r=>setTimeout(r,300));
    await system.workerd.kill();
    const t0=system.workerd.spawn();
    let listen=0, cpu=0; k++;
    for(;;){ const t=performance.now(); const c=await api.call("GET","/v1/-"); if(c.status===404){ listen=performance.now()-t0; cpu=system.workerd.cpuMicros()/1000; break;} await new Promise(r=>setTimeout(r,3)); }
    const b=await book(); if(b.status!==201) { console.log(b.status,b.text); continue; }
    const done=performance.now()-t0;
    rows.push([listen,done,cpu,system.workerd.cpuMicros()/1000]);
    console.log(`first 404 ${listen.toFixed(0)} (cpu ${cpu.toFixed(0)}), first booking ${done.toFixed(0)} (cpu ${(system.workerd.cpuMicros()/1000).toFixed(0)}) load ${loadavg()[0]!.toFixed(1)}`);
  }
  const med=(j:number)=>rows.map(r=>r[j]!).sort((a,b)=>a-b)[rows.length>>1]!.toFixed(0);
  console.log("median: 404", med(0),"booking",med(1),"cpu",med(2),med(3));
} finally { await system.stop(); }
