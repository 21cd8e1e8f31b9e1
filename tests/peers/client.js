// A client of somebody's SMSC, by the package smpp: it submits texts, awaits a receipt of each that is
// taken and so many short messages (1 if left out), and prints what it saw. `node client.js PORT [REPLIES]`;
// the texts come as a JSON array by standard input.

import { readFileSync } from "node:fs";
import smpp from "smpp";

const [port, replies = 1] = process.argv.slice(2).map(Number);
const texts = JSON.parse(readFileSync(0, "utf8"));
const seen = { bound: null, answers: [], receipts: [], replies: [], unbound: false };
const end = (code) => {
  console.log(JSON.stringify(seen));
  process.exit(code);
};
setTimeout(() => end(1), 20_000);

let owed = texts.length;
const settle = () => {
  if (owed === 0 && seen.replies.length >= replies) {
    session.unbind(() => {
      seen.unbound = true;
      session.close(() => end(0));
    });
  }
};

const session = smpp.connect({ url: `smpp://127.0.0.1:${port}` }, () => {
  session.bind_transceiver({ system_id: "client", password: "secret" }, (bound) => {
    seen.bound = [bound.command_status, bound.system_id];
    for (const text of texts) {
      const addresses = { source_addr: "46700000001", destination_addr: "46710000002" };
      session.submit_sm({ ...addresses, short_message: text, registered_delivery: 1 }, (answer) => {
        seen.answers.push([answer.command_status, answer.message_id ?? ""]);
        if (answer.command_status !== 0) {
          owed -= 1;
          settle();
        }
      });
    }
  });
});
session.on("deliver_sm", (pdu) => {
  session.send(pdu.response());
  const text = pdu.short_message.message;
  if (pdu.esm_class === 4) {
    seen.receipts.push([pdu.receipted_message_id, pdu.message_state, text]);
    owed -= 1;
  } else {
    seen.replies.push(text);
  }
  settle();
});
session.on("error", (error) => console.error(error.message));
