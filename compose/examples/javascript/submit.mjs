// Produces one embedding request to a priority topic and reads its one result.
//   npm install && node submit.mjs "text to embed"
import { randomUUID } from 'node:crypto';
import { AvroDeserializer, AvroSerializer, SchemaRegistryClient, SerdeType } from '@confluentinc/schemaregistry';
import { Kafka, logLevel } from 'kafkajs';

const text = process.argv[2] ?? 'A penstock feeds a turbine.';
const kafka = new Kafka({ brokers: [process.env.PENSTOCK_KAFKA ?? '127.0.0.1:9092'], logLevel: logLevel.ERROR });
const registry = SchemaRegistryClient.newClient({
  baseURLs: [process.env.PENSTOCK_REGISTRY ?? 'http://127.0.0.1:8081/apis/ccompat/v7'],
});
// Penstock has registered its schemas: take the latest rather than one of our own.
const serializer = new AvroSerializer(registry, SerdeType.VALUE, { useLatestVersion: true, autoRegisterSchemas: false });
const deserializer = new AvroDeserializer(registry, SerdeType.VALUE, {});

const requests = 'penstock.requests.interactive';
const results = 'penstock.results';
const id = randomUUID();

const consumer = kafka.consumer({ groupId: `example-${id}`, readUncommitted: false });
await consumer.connect();
await consumer.subscribe({ topic: results, fromBeginning: false });
const answered = new Promise((resolve) => {
  consumer.run({
    eachMessage: async ({ message }) => {
      if (message.key.toString() === id) {
        resolve(await deserializer.deserialize(results, message.value));
      }
    },
  });
});
await new Promise((resolve) => consumer.on(consumer.events.FETCH_START, resolve));

const producer = kafka.producer();
await producer.connect();
const value = await serializer.serialize(requests, {
  id,
  tenant: 'example',
  endpoint: '/v1/embeddings',
  model: 'embedding',
  body: Buffer.from(JSON.stringify({ model: 'embedding', input: text })),
  serviceClass: null,
  deadline: (Date.now() + 60_000) * 1000, // microseconds
  routing: null,
  replyTopic: null,
  batchId: null,
  customId: 'from-javascript',
  attributes: {},
  createdAt: Date.now() * 1000,
});
await producer.send({ topic: requests, messages: [{ key: id, value }] });

const result = await answered;
const body = JSON.parse(Buffer.from(result.body));
console.log(`${result.status} by ${result.workerId} (${result.engine}), ${result.attempts} attempt`);
console.log(`${result.usage.promptTokens} tokens, ${body.data[0].embedding.length} dimensions: ${body.data[0].embedding.slice(0, 3)}, ...`);
await Promise.all([producer.disconnect(), consumer.disconnect()]);
