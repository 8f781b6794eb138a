package io.penstock.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.RequestState;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StatusDetailTest {

  @ParameterizedTest
  @EnumSource
  void everyDetailWritesTheEndOfARequestWhichReleasesItsBudget(StatusDetail detail) {
    assertThat(
            Stream.of(
                RequestState.SUCCEEDED,
                RequestState.FAILED,
                RequestState.EXPIRED,
                RequestState.CANCELLED))
        .allMatch(detail::includes);
  }
}
