/** BullMQ's side of `penstock bench peers`: `node bullmq.mjs producer` or `node bullmq.mjs worker`. */
import { Queue, QueueEvents, Worker } from 'bullmq';
import { runJob, serve, settings, workerReady } from './harness.mjs';

const connection = { host: settings.url.hostname, port: Number(settings.url.port), maxRetriesPerRequest: null };

/** 1 is the most urgent. Jobs without a priority would overtake all others. */
const URGENT = 1;
const BATCH = 10;

async function produce() {
  const queue = new Queue(settings.queue, {
    connection,
    defaultJobOptions: { removeOnComplete: true, attempts: 3 },
    // As many as can come in a round, or a slow reader would miss results.
    streams: { events: { maxLen: 500_000 } },
  });
  const events = new QueueEvents(settings.queue, { connection, lastEventId: '0-0' });
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  const job = ({ id, urgent, jobMillis, body }) => ({
    name: 'run',
    data: { jobMillis, body },
    opts: { jobId: id, priority: urgent ? URGENT : BATCH },
  });
  await serve({
    send: (request) => {
      const { name, data, opts } = job(request);
      return queue.add(name, data, opts);
    },
    fill: (requests) => queue.addBulk(requests.map(job)),
    waiting: () => queue.getJobCountByTypes('waiting', 'prioritized'),
    onResult: (sink) => events.on('completed', ({ jobId, returnvalue }) => sink(jobId, ...returnvalue)),
  });
}

async function work() {
  const worker = new Worker(settings.queue, (job) => runJob(job.id, job.data.jobMillis), {
    connection,
    concurrency: settings.slots,
    lockDuration: settings.lostAfterMillis,
    stalledInterval: settings.lostAfterMillis,
  });
  worker.on('error', (error) => console.error(error));
  await worker.waitUntilReady();
  workerReady();
}

await (process.argv[2] === 'worker' ? work() : produce());
