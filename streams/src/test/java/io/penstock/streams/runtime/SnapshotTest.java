package io.penstock.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SnapshotTest {

  @Test
  void aBurstOfChangesIsPutTogetherOnce() {
    AtomicInteger made = new AtomicInteger();
    Snapshot<String, List<String>> snapshot =
        new Snapshot<>(
            entries -> {
              made.incrementAndGet();
              return entries.stream().sorted().toList();
            });
    for (int i = 0; i < 10_000; i++) {
      snapshot.put("key-" + i % 3, "value-" + i % 3);
    }
    snapshot.remove("key-0");
    snapshot.remove("unknown");

    assertThat(snapshot.get()).containsExactly("value-1", "value-2");
    assertThat(snapshot.get()).isSameAs(snapshot.get());
    assertThat(made).hasValue(1);
  }
}
