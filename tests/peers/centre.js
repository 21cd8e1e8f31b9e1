// An SMSC, by the package smpp: it takes what is submitted, receipts it, writes once to the client, and
// prints what it read. `node centre.js REFUSED`: every so manieth submission is refused as above the rate.
// The first line it prints is its port; it ends with its client.

import smpp from "smpp";

const [refused] = process.argv.slice(2).map(Number);
const read = [];
let came = 0;
setTimeout(() => process.exit(1), 20_000);

const server = smpp.createServer({}, (session) => {
  session.on("bind_transceiver", (bind) => {
    const known = bind.system_id === "client" && bind.password === "secret";
    session.send(bind.response({ command_status: known ? 0 : 14, system_id: "theirs" }));
    session.deliver_sm({
      source_addr: "46710000009",
      destination_addr: "46700000001",
      short_message: "привет, client",
    });
  });
  session.on("submit_sm", (pdu) => {
    came += 1;
    if (came % refused === 0) {
      session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }));
      return;
    }
    const { udh, message } = pdu.short_message;
    const payload = pdu.message_payload?.message;
    read.push({ text: payload || message, part: udh ? [...udh[0]].slice(-2) : null });
    // Ten more than a hundred, in letters as digits go.
    const id = 110 + came;
    session.send(pdu.response({ message_id: id.toString(16).toUpperCase() }));
    session.deliver_sm({
      source_addr: pdu.destination_addr,
      destination_addr: pdu.source_addr,
      esm_class: 4,
      short_message:
        `id:${id} sub:001 dlvrd:001 submit date:2611212030 done date:2611212031 ` +
        `stat:${came % 2 ? "DELIVRD" : "UNDELIV"} err:00${came % 2 ? 0 : 7} text:`,
    });
  });
  session.on("enquire_link", (pdu) => session.send(pdu.response()));
  session.on("unbind", (pdu) => {
    session.send(pdu.response());
    console.log(JSON.stringify(read));
  });
  session.on("close", () => process.exit(0));
  session.on("error", (error) => console.error(error.message));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
