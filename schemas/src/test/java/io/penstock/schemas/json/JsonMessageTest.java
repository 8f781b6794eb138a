package io.penstock.schemas.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonMessageTest {

  private static final ObjectMapper STRICT =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  static {
    STRICT
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder().maxNestingDepth(5).maxNumberLength(9).build());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1",
        "{\"a\":\"",
        "[1,",
        "{",
        "[NaN]",
        "[Infinity]",
        "[-Infinity]",
        "[+1]",
        "[01]",
        "[.5]",
        "[5.]",
        "['a']",
        "{a:1}",
        "[1,]",
        "[\"\\q\"]",
        "[\"\u0001\"]",
        "/* no */ [1]",
        "# no\n[1]",
        "{\"a\":1,\"a\":2}",
        "[[[[[[[[1]]]]]]]]",
        "[12345678901234567890]",
        "nope",
        "[1e]",
        "]"
      })
  void speaksOfTheTextAndNeverOfTheReader(String text) {
    JsonProcessingException fault =
        catchThrowableOfType(JsonProcessingException.class, () -> STRICT.readTree(text));
    assertThat(fault).as(text).isNotNull();
    assertThat(JsonMessage.of(fault))
        .as(fault.getOriginalMessage())
        .isNotBlank()
        .doesNotContain("Feature", "Source", "REDACTED", "StreamRead", "Parser", "()", "\n");
  }
}
