// The vendor's unmodified Node driver drives a server through everything that a load needs; one JSON line per step, exit 1 when a check fails.
//
//   node witness.mjs PORT USER (password:TEXT | key:FILE) ROWS.parquet ROWS     (NODE_PATH holds snowflake-sdk)
import { createRequire } from "node:module";
import dns from "node:dns";
import fs from "node:fs";
import path from "node:path";

// Names below .localhost are this machine.
const lookup = dns.lookup;
dns.lookup = (host, ...rest) => lookup(String(host).endsWith(".localhost") ? "127.0.0.1" : host, ...rest);

const [port, user, credentials, file, rowsText] = process.argv.slice(2);
const rows = Number(rowsText);
const require = createRequire(path.join(process.env.WITNESS_MODULES, "index.js"));
const snowflake = require("snowflake-sdk");
snowflake.configure({ logLevel: "ERROR", additionalLogToConsole: false, logFilePath: process.env.WITNESS_LOG ?? "STDOUT", disableOCSPChecks: true });

let failed = 0;
function check(step, fine, seen) {
  failed += fine ? 0 : 1;
  console.log(JSON.stringify({ step, ok: Boolean(fine), seen }));
}

const place = { account: "acme", username: user, accessUrl: `http://127.0.0.1:${port}`, host: "127.0.0.1", port: Number(port), protocol: "http",
                database: "DB1", schema: "PUBLIC", warehouse: "WH1", role: "LOADER" };
function connect(options) {
  const connection = snowflake.createConnection(options);
  return new Promise((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve(connection))));
}
function ask(connection, sqlText) {
  return new Promise((resolve, reject) => connection.execute({ sqlText, complete: (error, _, found) => (error ? reject(error)
    : resolve((found ?? []).map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]))))) }));
}

try {
  await connect({ ...place, password: "wrong" });
  check("wrong password", false, "logged in");
} catch (error) {
  check("wrong password", /Incorrect username or password/.test(error.message), error.message);
}
const key = credentials.startsWith("key:");
const connection = await connect({ ...place, ...(key ? { authenticator: "SNOWFLAKE_JWT", privateKeyPath: credentials.slice(4) } : { password: credentials.slice(9) }) });
check("login", true, null);
const name = path.basename(file), size = fs.statSync(file).size;
let seen = await ask(connection, "SELECT 1 AS A, 'x' AS B, NULL AS C");
check("select", seen.length === 1 && seen[0].a === 1 && seen[0].b === "x" && seen[0].c === null, seen);
await ask(connection, "CREATE OR REPLACE TABLE W (ID NUMBER(38,0) NOT NULL, NAME VARCHAR(100), AT TIMESTAMP_NTZ(6))");
await ask(connection, "CREATE STAGE IF NOT EXISTS WS FILE_FORMAT=(TYPE=PARQUET)");
seen = await ask(connection, `PUT 'file://${file}' @WS/run1/ AUTO_COMPRESS=FALSE OVERWRITE=TRUE`);
check("put", seen.length === 1 && seen[0].status === "UPLOADED", seen);
seen = await ask(connection, "LIST @WS/run1/");
check("list", seen.length === 1 && seen[0].name === `ws/run1/${name}` && [size, (Math.floor(size / 16) + 1) * 16].includes(seen[0].size), seen);
const copy = `COPY INTO W FROM @WS/run1/ FILES=('${name}') FILE_FORMAT=(TYPE=PARQUET USE_LOGICAL_TYPE=TRUE) MATCH_BY_COLUMN_NAME=CASE_INSENSITIVE ON_ERROR=ABORT_STATEMENT`;
seen = await ask(connection, copy);
check("copy", seen.length === 1 && seen[0].status === "LOADED" && Number(seen[0].rows_loaded) === rows, seen);
seen = await ask(connection, copy);
check("copy again", seen.length === 1 && seen[0].status === "Copy executed with 0 files processed.", seen);
seen = await ask(connection, "SELECT COUNT(*) AS N FROM W");
check("count", seen.length === 1 && seen[0].n === rows, seen);
seen = await ask(connection, "SELECT ID FROM W");
check("all rows", new Set(seen.map((row) => row.id)).size === rows && seen.length === rows, seen.length);
seen = await ask(connection, `REMOVE '@WS/run1/${name}'`);
check("remove", seen.length === 1 && seen[0].result === "removed", seen);
seen = await ask(connection, "LIST @WS/run1/");
check("list empty", seen.length === 0, seen);
try {
  await ask(connection, "SELEKT 1");
  check("syntax error", false, "no error");
} catch (error) {
  check("syntax error", /syntax error/.test(error.message), error.message);
}
await new Promise((resolve) => connection.destroy(resolve));
check("close", true, null);
process.exit(failed ? 1 : 0);
