package io.penstock.streams.dispatch.topology;

import static io.penstock.streams.dispatch.Samples.START;
import static io.penstock.streams.dispatch.Samples.facts;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.streams.dispatch.Samples;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

class StoresTest {

  private final MockProcessorContext<String, Object> context = new MockProcessorContext<>();

  /** Before ids were unique by tenant, requests were kept by their id alone. */
  @Test
  void aRequestOfAFormerVersionIsFoundUnderItsTenant() {
    KeyValueStore<String, DispatchEntry> requests = requests();
    DispatchEntry entry = entry("a");
    requests.put("a", entry);
    Stores stores = new Stores(context);

    List<DispatchEntry> visited = new ArrayList<>();
    stores.forEachRequest(visited::add);

    assertThat(visited).containsExactly(entry);
    assertThat(stores.request(Samples.key("a"))).isEqualTo(entry);
    assertThat(requests.get("a")).isNull();
  }

  private KeyValueStore<String, DispatchEntry> requests() {
    KeyValueStore<String, DispatchEntry> store =
        org.apache.kafka.streams.state.Stores.keyValueStoreBuilder(
                org.apache.kafka.streams.state.Stores.inMemoryKeyValueStore(Stores.REQUESTS),
                Serdes.String(),
                new AvroSerdes("mock://stores").serde(DispatchEntry.class))
            .withLoggingDisabled()
            .build();
    store.init(context.getStateStoreContext(), store);
    context.addStateStore(store);
    return store;
  }

  private static DispatchEntry entry(String id) {
    return DispatchEntry.newBuilder()
        .setFacts(facts(id))
        .setPayloadClass(ServiceClass.STANDARD)
        .setPayloadOffset(1)
        .setQueuedAt(START)
        .setAttempts(0)
        .setFailures(0)
        .setOverloads(0)
        .build();
  }
}
