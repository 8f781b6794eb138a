package io.penstock.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BootstrapNamesTest {

  private final List<String> asked = new ArrayList<>();

  @Test
  void waitsUntilOneNameCanBeResolved() {
    List<Integer> pauses = new ArrayList<>();
    BootstrapNames names =
        new BootstrapNames(
            host -> {
              asked.add(host);
              return pauses.size() == 3 && host.equals("kafka-2");
            },
            _ -> pauses.add(1));

    names.await(List.of("kafka-1:9092", " kafka-2:9092"));

    assertThat(pauses).hasSize(3);
    assertThat(asked).contains("kafka-1", "kafka-2");
  }

  @Test
  void doesNotWaitWhereANameCanBeResolvedOrThereIsNone() {
    BootstrapNames names =
        new BootstrapNames(
            host -> host.equals("kafka"),
            _ -> {
              throw new AssertionError("no need to wait");
            });

    names.await(List.of("kafka:9092"));
    names.await(List.of("no port"));
  }

  @Test
  void anInterruptEndsTheWait() {
    BootstrapNames names =
        new BootstrapNames(
            _ -> false,
            _ -> {
              throw new InterruptedException();
            });

    names.await(List.of("kafka:9092"));

    assertThat(Thread.interrupted()).isTrue();
  }
}
