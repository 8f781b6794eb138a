package io.penstock.compose.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.registry.ConcurrentRegistryChangeException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RepeatedChangeTest {

  @Test
  void aChangeThatAnotherCameBetweenIsMadeAgain() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    RepeatedChange.run(
        () -> {
          if (tries.incrementAndGet() < 3) {
            throw new ConcurrentRegistryChangeException(new IllegalStateException("fenced"));
          }
        });
    assertThat(tries).hasValue(3);
  }
}
