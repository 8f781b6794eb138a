package io.penstock.schemas.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";
  private static final String VALID = "00-" + TRACE + "-" + PARENT + "-01";

  @ParameterizedTest
  @ValueSource(
      strings = {
        VALID,
        "00-" + TRACE + "-" + PARENT + "-ff",
        "01-" + TRACE + "-" + PARENT + "-01",
        "cc-" + TRACE + "-" + PARENT + "-01-what-comes-later",
        "fe-" + TRACE + "-" + PARENT + "-01-"
      })
  void thePresentFormAndThatOfLaterVersionsIsKept(String value) {
    assertThat(TraceParent.of(value)).hasValue(value);
    assertThat(TraceParent.in(headers(value))).hasValue(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not-a-trace",
        "ff-" + TRACE + "-" + PARENT + "-01",
        "0-" + TRACE + "-" + PARENT + "-01",
        "00-" + TRACE + "-" + PARENT + "-01-more",
        "00-" + TRACE + "-" + PARENT + "-01-",
        "00-00000000000000000000000000000000-" + PARENT + "-01",
        "00-" + TRACE + "-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-" + PARENT + "-01",
        "00-" + TRACE + "-" + PARENT + "-1",
        "00-" + TRACE + "-" + PARENT + "-01\n",
        "01-" + TRACE + "-" + PARENT + "-01.more",
        "01-" + TRACE + "-" + PARENT + "-01-a\r\nX-Evil: 1",
        "01-" + TRACE + "-" + PARENT + "-01-\u00fc",
        " " + VALID
      })
  void anythingElseIsDropped(String value) {
    assertThat(TraceParent.of(value)).isEmpty();
    assertThat(TraceParent.in(headers(value))).isEmpty();
  }

  @Test
  void whatIsAbsentOrEndlessIsDropped() {
    assertThat(TraceParent.of(null)).isEmpty();
    assertThat(TraceParent.in(new RecordHeaders())).isEmpty();
    assertThat(TraceParent.in(new RecordHeaders().add(TraceParent.HEADER, null))).isEmpty();
    assertThat(TraceParent.of("01" + VALID.substring(2) + "-" + "x".repeat(1_000))).isEmpty();
  }

  @Property
  void whatIsKeptMayStandInAnHttpHeader(@ForAll String tail) {
    TraceParent.of("01" + VALID.substring(2) + "-" + tail)
        .ifPresent(kept -> assertThat(kept.chars()).allMatch(c -> c > ' ' && c < 127));
  }

  private static Headers headers(String value) {
    return new RecordHeaders().add(TraceParent.HEADER, value.getBytes(StandardCharsets.UTF_8));
  }
}
