// A gateway, by the package smpp: it takes what its client submits at once, and hands it on to a centre one
// message at a time, not before so many milliseconds after the last. Receipts find their way back.
// `node gateway.js CENTRE_PORT PAUSE PORT`; it knocks at the centre until that is there.

import smpp from "smpp";

const [centre, pause, port] = process.argv.slice(2).map(Number);
setTimeout(() => process.exit(1), 60_000);

const waiting = [];
const submitted = new Map();
let upstream, client, free = true, count = 0;

const connect = () => {
  upstream = smpp.connect({ url: `smpp://127.0.0.1:${centre}` }, () => {
    upstream.bind_transceiver({ system_id: "gateway" });
  });
  upstream.on("deliver_sm", receipt);
  // Refused, it closes after the error.
  let refused = false;
  upstream.on("error", () => {
    refused = true;
    setTimeout(connect, 50);
  });
  upstream.on("close", () => refused || process.exit(0));
};
const handOn = () => {
  if (!free || waiting.length === 0) return;
  free = false;
  const [own, pdu] = waiting.shift();
  const { source_addr, destination_addr, short_message, esm_class, data_coding } = pdu;
  const { message, udh } = short_message;
  upstream.submit_sm(
    {
      source_addr,
      destination_addr,
      esm_class,
      data_coding,
      registered_delivery: 1,
      short_message: udh ? { udh, message } : message,
    },
    (answer) => {
      submitted.set(answer.message_id, own);
      setTimeout(() => {
        free = true;
        handOn();
      }, pause);
    },
  );
};
const receipt = (pdu) => {
  upstream.send(pdu.response());
  const own = submitted.get(pdu.receipted_message_id);
  client?.deliver_sm({
    source_addr: pdu.source_addr,
    destination_addr: pdu.destination_addr,
    esm_class: 4,
    short_message: pdu.short_message.message.replace(pdu.receipted_message_id, own),
  });
};

const server = smpp.createServer({}, (session) => {
  client = session;
  session.on("bind_transceiver", (bind) => session.send(bind.response({ system_id: "gateway" })));
  session.on("submit_sm", (pdu) => {
    count += 1;
    const own = `gw-${count}`;
    session.send(pdu.response({ message_id: own }));
    waiting.push([own, pdu]);
    handOn();
  });
  session.on("enquire_link", (pdu) => session.send(pdu.response()));
  session.on("unbind", (pdu) => session.send(pdu.response()));
  session.on("error", (error) => console.error(error.message));
});
server.listen(port, "127.0.0.1");
connect();
