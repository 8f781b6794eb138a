// Writes request.bin: an InferenceRequest as Confluent's JavaScript client serializes it.
//   npm install @confluentinc/schemaregistry@1.10.1
//   node serialize.mjs ../compatibility/v1/InferenceRequest.avsc request.bin
// The client's own mock registry gives the schema the id 1.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(process.cwd() + '/');
const { AvroSerializer, SchemaRegistryClient, SerdeType } = require('@confluentinc/schemaregistry');

const [schemaFile, outputFile] = process.argv.slice(2);
const topic = 'penstock.requests.batch';
const registry = SchemaRegistryClient.newClient({ baseURLs: ['mock://'] });
await registry.register(`${topic}-value`, { schemaType: 'AVRO', schema: readFileSync(schemaFile, 'utf8') });

const serializer = new AvroSerializer(registry, SerdeType.VALUE, { useLatestVersion: true });
const bytes = await serializer.serialize(topic, {
  id: 'from-javascript',
  tenant: 'acme',
  endpoint: '/v1/embeddings',
  model: 'all-minilm-l6-v2',
  body: Buffer.from(JSON.stringify({ model: 'all-minilm-l6-v2', input: 'Grüße aus JavaScript' })),
  serviceClass: 'BATCH',
  deadline: Date.parse('2026-12-01T00:00:00Z') * 1000,
  routing: { models: ['all-minilm-l6-v2'], sort: 'price', maxPrice: 0.25, minQuality: null, maxWaitMillis: 5000, allowedModels: [], deniedModels: [] },
  replyTopic: null,
  batchId: 'batch-1',
  customId: null,
  attributes: { source: 'node' },
  createdAt: null,
});
writeFileSync(outputFile, bytes);
console.log(`${bytes.length} bytes, schema id ${bytes.readInt32BE(1)}`);
