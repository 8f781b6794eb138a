/** RabbitMQ's side of `penstock bench peers`: `node rabbitmq.mjs producer` or `node rabbitmq.mjs worker`. */
import amqp from 'amqplib';
import { runJob, serve, settings, workerReady } from './harness.mjs';

const RESULTS = `${settings.queue}.results`;
const HIGHEST = 9;
const URGENT = 9;
const BATCH = 1;

/** Queues survive a restart of the server, as do their messages, which are persistent. */
async function channel() {
  const connection = await amqp.connect(settings.url.href, { noDelay: true });
  connection.on('error', (error) => console.error(error));
  const opened = await connection.createConfirmChannel();
  await opened.assertQueue(settings.queue, { durable: true, maxPriority: HIGHEST });
  await opened.assertQueue(RESULTS, { durable: true });
  return { connection, channel: opened };
}

async function produce() {
  const { connection, channel: publisher } = await channel();
  const reader = await connection.createChannel();
  const publish = ({ id, urgent, jobMillis, body }) =>
    new Promise((resolve, reject) => {
      publisher.sendToQueue(
        settings.queue,
        Buffer.from(JSON.stringify({ jobMillis, body })),
        { persistent: true, priority: urgent ? URGENT : BATCH, messageId: id, replyTo: RESULTS },
        (error) => (error ? reject(error) : resolve()),
      );
    });
  let sink = () => {};
  await reader.prefetch(1000);
  await reader.consume(RESULTS, (message) => {
    sink(message.properties.messageId, ...JSON.parse(message.content.toString()));
    reader.ack(message);
  });
  await serve({
    send: publish,
    fill: (requests) => Promise.all(requests.map(publish)),
    waiting: async () => (await reader.checkQueue(settings.queue)).messageCount,
    onResult: (told) => (sink = told),
  });
}

/** Acknowledges a job once the server has confirmed its result. */
async function work() {
  const { channel: opened } = await channel();
  await opened.prefetch(settings.slots);
  await opened.consume(settings.queue, async (message) => {
    const { jobMillis } = JSON.parse(message.content.toString());
    const { messageId, replyTo } = message.properties;
    const times = await runJob(messageId, jobMillis);
    opened.sendToQueue(replyTo, Buffer.from(JSON.stringify(times)), { persistent: true, messageId }, (error) =>
      error ? opened.nack(message) : opened.ack(message),
    );
  });
  workerReady();
}

await (process.argv[2] === 'worker' ? work() : produce());
