// Runs one server of this folder as a process: `PORT=9001 node main.mjs ws`. What the variables mean is in bench/README.md.
import process from "node:process";
import { answerUsage } from "./answer-usage.mjs";

const { PORT = "9001", MODE = "echo", DEFLATE = "" } = process.env;
const { serve } = await import(`./${process.argv[2]}.mjs`);
await serve({ port: Number(PORT), mode: MODE, deflate: DEFLATE });
answerUsage();
