package io.penstock.compose.bench.rig;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StartedPartsTest {

  private final StartedParts parts = new StartedParts();
  private final List<String> closed = new ArrayList<>();

  @AfterEach
  void close() {
    parts.close();
  }

  @Test
  void areClosedOnceAndTheLastOneFirst() {
    parts.add(() -> closed.add("folder"));
    parts.add(() -> closed.add("kafka"));
    parts.add(() -> closed.add("worker"));

    parts.close();
    parts.close();

    assertThat(closed).containsExactly("worker", "kafka", "folder");
  }

  @Test
  void aPartThatFailsDoesNotKeepTheOthersOpen() {
    parts.add(() -> closed.add("folder"));
    parts.add(
        () -> {
          throw new IllegalStateException("does not stop");
        });

    parts.close();

    assertThat(closed).containsExactly("folder");
  }

  @Test
  void aPartThatWasRemovedIsLeftOpen() {
    AutoCloseable front = () -> closed.add("front");
    parts.add(front);
    parts.add(() -> closed.add("worker"));

    parts.remove(front);
    parts.close();

    assertThat(closed).containsExactly("worker");
  }

  @Test
  void knowThatTheyAreClosingBeforeTheFirstIsClosed() {
    List<Boolean> seen = new ArrayList<>();
    parts.add(() -> seen.add(parts.isClosing()));
    assertThat(parts.isClosing()).isFalse();

    parts.close();

    assertThat(seen).containsExactly(true);
  }
}
