import { startBareSystem } from "./bare-system.ts";
import { ApiClient } from "./api-client.ts";
import { loadDirectory } from "../../db/queries/load-directory.ts";
import { get } from "node:http";
import { loadavg } from "node:os";
const system = await startBareSystem({ storage: "disk", core: null });
const st=(port:number,path:string)=>new Promise<number>((res)=>{const r=get({host:"127.0.0.1",port,path,agent:false},(x)=>{x.resume();x.on("end",()=>res(x.statusCode??0))});r.on("error",()=>res(0));});
const till=async(port:number,path:string,s:number)=>{for(;;){ if(await st(port,path)===s) return performance.now(); await new Promise(r=>setTimeout(r,2)); }};
try {
  for (let i=0;i<6;i++){ const t=performance.now(); await loadDirectory(system.database.db); console.log("directory via shim from node", (performance.now()-t).toFixed(0)); }
  for (let i=0;i<8;i++){
    await system.workerd.kill();
    const t0=system.workerd.spawn();
    const a=await till(system.workerd.emptyPort,"/",200)-t0;
    const b=await till(system.workerd.port,"/v1/-",404)-t0;
    const c=await till(system.workerd.port,"/v1/health",200)-t0;
    console.log(`empty ${a.toFixed(0)} edge404 ${b.toFixed(0)} health ${c.toFixed(0)} cpu ms ${(system.workerd.cpuMicros()/1000).toFixed(0)} load ${loadavg()[0]!.toFixed(1)}`);
  }
} finally { await system.stop(); }
