package io.penstock.broker.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.errors.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodyReaderTest {

  private static final String BODY =
      """
      {"model":"llama","messages":[{"role":"user","content":"{\\"stream\\":true}"}],"stream":true,
       "stream_options":{"include_usage":true,"more":[1]},"max_tokens":5,"n":2,
       "service_tier":"flex","seed":12345678901234567890123,"x":{"model":"other","stream":false}}\
      """;

  @Test
  void readsWhatTheFrontHasToKnowAndNothingWithin() {
    BodyFacts facts = read(BODY);

    assertThat(facts.model()).isEqualTo("llama");
    assertThat(facts.stream()).isTrue();
    assertThat(facts.includeUsage()).isTrue();
    assertThat(facts.maxTokens()).isEqualTo(OptionalLong.of(5));
    assertThat(facts.answers()).isEqualTo(2);
    assertThat(facts.serviceTier()).contains("flex");
    assertThat(facts.bytes()).isEqualTo(BODY.length());
  }

  @Test
  void nullsAreAsGoodAsNothing() {
    BodyFacts facts =
        read(
            "{\"model\":\"m\",\"stream\":null,\"stream_options\":null,\"max_tokens\":null,\"n\":null,\"service_tier\":null}");

    assertThat(facts)
        .isEqualTo(
            new BodyFacts(
                "m", false, false, OptionalLong.empty(), 1, Optional.empty(), facts.bytes()));
  }

  @Test
  void theNewerLimitCounts() {
    assertThat(read("{\"model\":\"m\",\"max_tokens\":5,\"max_completion_tokens\":7}").maxTokens())
        .isEqualTo(OptionalLong.of(7));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|model|is missing",
        "{'model':7}|model|must be a string",
        "{'model':''}|model|is empty",
        "{'model':'m','stream':'yes'}|stream|true or false",
        "{'model':'m','max_tokens':-1}|max_tokens|whole number",
        "{'model':'m','max_tokens':1.5}|max_tokens|whole number",
        "{'model':'m','max_tokens':123456789012345678901}|max_tokens|whole number",
        "{'model':'m','n':0}|n|1 or more",
        "{'model':'m','n':1000}|n|from 1 to 128",
        "{'model':'m','service_tier':1}|service_tier|must be a string",
        "{'model':'m','stream_options':[]}|stream_options|object",
        "{'model':'m','stream_options':{'include_usage':1}}|stream_options.include_usage|true or"
            + " false",
        "{'model':'m','model':'n'}|model|twice",
      })
  void namesTheFieldAtFault(String body, String field, String fault) {
    assertThatThrownBy(() -> read(body.replace('\'', '"')))
        .isInstanceOfSatisfying(
            ApiException.class,
            refused -> {
              assertThat(refused.error().status()).isEqualTo(400);
              assertThat(refused.error().param()).contains(field);
              assertThat(refused.error().message()).contains(fault);
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "7",
        "{\"model\":\"m\"",
        "{\"model\":\"m\"}{}",
        "{\"model\":\"m\",}",
        "{\"a\":NaN,\"model\":\"m\"}"
      })
  void refusesWhatIsNotOneJsonObject(String body) {
    assertThatThrownBy(() -> read(body))
        .isInstanceOfSatisfying(
            ApiException.class,
            refused -> assertThat(refused.error().code()).isEqualTo("invalid_json"));
  }

  @Test
  void refusesOtherEncodings() {
    byte[] wide = "{\"model\":\"m\"}".getBytes(StandardCharsets.UTF_16LE);
    byte[] latin = "{\"model\":\"m\",\"user\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1);

    assertThatThrownBy(() -> BodyReader.read(wide)).hasMessageContaining("UTF-8");
    assertThatThrownBy(() -> BodyReader.read(latin)).hasMessageContaining("UTF-8");
  }

  @Property
  void aBodyThatBreaksOffAnywhereIsRefusedAndNeverFails(
      @ForAll @IntRange(min = 0, max = 250) int length) {
    byte[] whole = BODY.getBytes(StandardCharsets.UTF_8);
    byte[] part = Arrays.copyOf(whole, Math.min(length, whole.length - 1));

    assertThatThrownBy(() -> BodyReader.read(part)).isInstanceOf(ApiException.class);
  }

  private static BodyFacts read(String body) {
    return BodyReader.read(body.getBytes(StandardCharsets.UTF_8));
  }
}
