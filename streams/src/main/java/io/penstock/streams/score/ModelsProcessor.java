package io.penstock.streams.score;

import io.penstock.schemas.ModelSpec;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Keeps the model view up to date. Runs on the instance's global thread, which cannot be replaced:
 * so it waits for the registry as long as it takes, and nothing else may fail it.
 */
final class ModelsProcessor implements Processor<byte[], byte[], Void, Void> {

  static final String STORE = "models";

  private final Deserializer<ModelSpec> deserializer;
  private final RegistryPatience patience;
  private final ModelView view;
  private KeyValueStore<Bytes, byte[]> store;

  ModelsProcessor(Deserializer<ModelSpec> deserializer, RegistryPatience patience, ModelView view) {
    this.deserializer = deserializer;
    this.patience = patience;
    this.view = view;
  }

  @Override
  public void init(ProcessorContext<Void, Void> context) {
    store = context.getStateStore(STORE);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (record.key() == null) {
      view.ignore("(none)", "its record has no key");
      return;
    }
    store.put(Bytes.wrap(record.key()), record.value());
    String key = new String(record.key(), StandardCharsets.UTF_8);
    if (record.value() == null) {
      view.remove(key);
      return;
    }
    try {
      view.put(key, patience.call(() -> deserializer.deserialize("models", record.value())));
    } catch (RetriableException e) {
      throw e;
    } catch (RuntimeException e) {
      view.ignore(key, e.getMessage());
    }
  }
}
