package io.penstock.broker.messages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.broker.batches.output.OutputLines;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageResultTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @CsvSource({
    "'\"finish_reason\":\"stop\"', end_turn, ",
    "'\"finish_reason\":\"length\"', max_tokens, ",
    "'\"finish_reason\":\"content_filter\"', refusal, ",
    "'\"finish_reason\":\"stop\",\"stop_reason\":\"END\"', stop_sequence, END",
    "'\"finish_reason\":\"stop\",\"stop_reason\":128009', end_turn, "
  })
  void aCompletionBecomesAMessage(String end, String reason, String sequence) throws Exception {
    JsonNode result =
        of(
            "{\"id\":\"batch_req_b.1\",\"custom_id\":\"c\",\"response\":{\"status_code\":200,\"request_id\":\"b.1\",\"body\":{\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Ciao\"},%s}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4,\"prompt_tokens_details\":{\"cached_tokens\":2}}}},\"error\":null}"
                .formatted(end));
    assertThat(result.path("custom_id").asText()).isEqualTo("c");
    assertThat(result.at("/result/type").asText()).isEqualTo("succeeded");
    JsonNode message = result.at("/result/message");
    assertThat(message.path("id").asText()).isEqualTo("msg_b.1");
    assertThat(message.at("/content/0/text").asText()).isEqualTo("Ciao");
    assertThat(message.path("stop_reason").asText()).isEqualTo(reason);
    assertThat(message.path("stop_sequence").isNull()).isEqualTo(sequence == null);
    assertThat(message.at("/usage/input_tokens").asInt()).isEqualTo(7);
    assertThat(message.at("/usage/cache_read_input_tokens").asInt()).isEqualTo(2);
    assertThat(message.at("/usage/output_tokens").asInt()).isEqualTo(4);
  }

  @Test
  void whatGotNoAnswerSaysWhy() throws Exception {
    assertThat(of(OutputLines.expired("b.1", "c")).at("/result/type").asText())
        .isEqualTo("expired");
    assertThat(of(OutputLines.cancelled("b.1", "c")).at("/result/type").asText())
        .isEqualTo("canceled");
    JsonNode refused = of(OutputLines.refused("b.1", "c", "Too long.")).path("result");
    assertThat(refused.path("type").asText()).isEqualTo("errored");
    assertThat(refused.at("/error/type").asText()).isEqualTo("error");
    assertThat(refused.at("/error/error/type").asText()).isEqualTo("invalid_request_error");
    assertThat(refused.at("/error/error/message").asText()).isEqualTo("Too long.");
  }

  private static JsonNode of(String line) throws IOException {
    return of(line.getBytes(UTF_8));
  }

  private static JsonNode of(byte[] line) throws IOException {
    byte[] written = MessageResult.of(line);
    assertThat(written[written.length - 1]).isEqualTo((byte) '\n');
    return JSON.readTree(written);
  }
}
