/** The wire scripts over TCP; the splits only in long runs, because each takes a connection. */
import { describeWireScripts } from "./wire-suite.js";

describeWireScripts("tcp", { everySplit: process.env["FC_NUM_RUNS"] !== undefined });
