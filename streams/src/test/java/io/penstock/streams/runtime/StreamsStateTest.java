package io.penstock.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StreamsStateTest {

  @Test
  void aJobWhoseThreadsAreAllDeadHasFailedThoughStreamsCallsItRunning() {
    assertThat(StreamsState.isLost(List.of())).isTrue();
    assertThat(StreamsState.isLost(List.of("DEAD", "DEAD"))).isTrue();
  }

  @Test
  void aThreadThatEndsOrStartsIsNotLost() {
    assertThat(StreamsState.isLost(List.of("DEAD", "STARTING"))).isFalse();
    assertThat(StreamsState.isLost(List.of("PENDING_SHUTDOWN"))).isFalse();
  }
}
