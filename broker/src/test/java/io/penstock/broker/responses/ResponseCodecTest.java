package io.penstock.broker.responses;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.broker.requests.KnownRequest.ResultPlace;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResponseCodecTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

  @Test
  void anEntryIsReadAsItWasWritten() {
    StoredResponse open = response("{'model':'m','temperature':1.50}", "'Hi'").resultsFrom(17);
    StoredResponse ended = open.ended(new ResultPlace(3, 42), NOW.plusMillis(1234));
    StoredResponse withoutInput = response("{}", "");
    for (StoredResponse each : new StoredResponse[] {open, ended, withoutInput}) {
      assertThat(ResponseCodec.decode(each.id(), ResponseCodec.encode(each)))
          .usingRecursiveComparison()
          .isEqualTo(each);
    }
  }

  /** Large ones would take long to parse, on the thread that reads all results. */
  @Test
  void parametersAndInputAreCopiedAndNotParsed() {
    String echo = "{ 'b' : 1.50,  'a' : 1e2 }";
    String input = "[ 'Hi' ]";
    assertThat(new String(ResponseCodec.encode(response(echo, input)), StandardCharsets.UTF_8))
        .endsWith(",'echo':%s,'input':%s}".formatted(echo, input).replace('\'', '"'));
  }

  private static StoredResponse response(String echo, String input) {
    return new StoredResponse(
        ResponseSamples.ID,
        "default",
        NOW,
        true,
        false,
        ResponseSamples.bytes(echo),
        ResponseSamples.bytes(input),
        0,
        Optional.empty());
  }
}
