package io.penstock.broker.home;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineIdsTest {

  @ParameterizedTest
  @CsvSource({
    "batch_0123456789abcdef0123456789abcdef.17, batch_0123456789abcdef0123456789abcdef",
    "batch_i0123456789abcdef0123456789abcdef.1, batch_i0123456789abcdef0123456789abcdef",
    "msgbatch_0123456789abcdef0123456789abcdef.50000, msgbatch_0123456789abcdef0123456789abcdef",
    "batch_0123456789abcdef0123456789abcdef, batch_0123456789abcdef0123456789abcdef",
    "req_7.5, req_7.5",
    "batch_mine.5, batch_mine.5"
  })
  void aLinesHomeIsItsBatchs(String id, String key) {
    assertThat(LineIds.homeKey(id)).isEqualTo(key);
  }
}
