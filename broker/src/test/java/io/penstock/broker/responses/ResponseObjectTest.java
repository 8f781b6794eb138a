package io.penstock.broker.responses;

import static io.penstock.broker.responses.ResponseSamples.answer;
import static io.penstock.broker.responses.ResponseSamples.ended;
import static io.penstock.broker.responses.ResponseSamples.response;
import static io.penstock.broker.responses.ResponseSamples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.broker.OpenAiSchema;
import io.penstock.broker.requests.KnownRequest.ResultPlace;
import io.penstock.schemas.TerminalStatus;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponseObjectTest {

  private static final String ALL =
      "'instructions':'Be brief.','max_output_tokens':20,'temperature':0.5,'top_p':1,"
          + "'metadata':{'a':'b'},'service_tier':'priority','user':'u','safety_identifier':'s',"
          + "'prompt_cache_key':'k','reasoning':{'effort':'low'},"
          + "'text':{'format':{'type':'json_object'},'verbosity':'high'},"
          + "'tools':[{'type':'function','name':'f'}],"
          + "'tool_choice':{'type':'function','name':'f'}";

  @Test
  void anOpenResponseRepeatsWhatWasAsked() {
    JsonNode json = ResponseObject.open(response(ALL), ResponseObject.Open.QUEUED);

    OpenAiSchema.required().assertIs("Response", json);
    assertThat(json.path("status").asText()).isEqualTo("queued");
    assertThat(json.path("instructions").asText()).isEqualTo("Be brief.");
    assertThat(json.at("/metadata/a").asText()).isEqualTo("b");
    assertThat(json.at("/tools/0/name").asText()).isEqualTo("f");
    assertThat(json.path("output")).isEmpty();
    assertThat(json.has("usage")).isFalse();
  }

  @Test
  void anAnswerIsAMessageWithItsUsage() {
    JsonNode json = ResponseObject.ended(response(""), answer(1, "Ciao"));

    OpenAiSchema.required().assertIs("Response", json);
    assertThat(json.path("status").asText()).isEqualTo("completed");
    assertThat(json.at("/output/0/content/0/text").asText()).isEqualTo("Ciao");
    assertThat(json.at("/output/0/status").asText()).isEqualTo("completed");
    assertThat(json.at("/usage/input_tokens").asInt()).isEqualTo(3);
    assertThat(json.at("/usage/input_tokens_details/cached_tokens").asInt()).isEqualTo(2);
    assertThat(json.at("/usage/output_tokens").asInt()).isEqualTo(4);
    assertThat(json.at("/usage/total_tokens").asInt()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({"length,max_output_tokens", "content_filter,content_filter"})
  void anAnswerThatIsCutShortSaysWhy(String finishReason, String reason) {
    JsonNode json =
        ResponseObject.ended(response(""), succeeded(1, "{'content':'Ci'}", finishReason));

    OpenAiSchema.required().assertIs("Response", json);
    assertThat(json.path("status").asText()).isEqualTo("incomplete");
    assertThat(json.at("/incomplete_details/reason").asText()).isEqualTo(reason);
    assertThat(json.at("/output/0/status").asText()).isEqualTo("incomplete");
  }

  @Test
  void callsOfFunctionsAndRefusalsAreItemsOfTheOutput() {
    JsonNode json =
        ResponseObject.ended(
            response(""),
            succeeded(
                1,
                "{'content':null,'refusal':'No.','tool_calls':[{'id':'c1','type':'function',"
                    + "'function':{'name':'f','arguments':'{}'}}]}",
                "tool_calls"));

    OpenAiSchema.required().assertIs("Response", json);
    assertThat(json.path("status").asText()).isEqualTo("completed");
    assertThat(json.at("/output/0/content/0/refusal").asText()).isEqualTo("No.");
    assertThat(json.at("/output/1/call_id").asText()).isEqualTo("c1");
    assertThat(json.at("/output/1/name").asText()).isEqualTo("f");
  }

  @ParameterizedTest
  @CsvSource({"FAILED,failed,server_error", "EXPIRED,failed,server_error", "CANCELLED,cancelled,"})
  void oneWithoutAnAnswerSaysWhy(TerminalStatus how, String status, String code) {
    JsonNode json = ResponseObject.ended(response(""), ended(how, 1));

    OpenAiSchema.required().assertIs("Response", json);
    assertThat(json.path("status").asText()).isEqualTo(status);
    assertThat(json.at("/error/code").asText(null)).isEqualTo(code);
    assertThat(json.path("output")).isEmpty();
  }

  @Test
  void whatIsStoredIsReadAgain() {
    StoredResponse response =
        response(ALL).resultsFrom(7).ended(new ResultPlace(3, 9), Instant.ofEpochSecond(5));

    StoredResponse read = ResponseCodec.decode(response.id(), ResponseCodec.encode(response));

    assertThat(read).usingRecursiveComparison().isEqualTo(response);
  }
}
