package io.penstock.broker.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.errors.ApiException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeedbackRequestTest {

  private static FeedbackRequest read(String json) {
    return FeedbackRequest.read(json.replace('\'', '"').getBytes(UTF_8));
  }

  @Test
  void aJudgementNeedsARequestAndAScore() {
    FeedbackRequest judgement = read("{'request_id':'req_1','score':1}");
    assertThat(judgement.requestId()).isEqualTo("req_1");
    assertThat(judgement.score()).isEqualTo(1);
    assertThat(judgement.source()).isEqualTo("user");
    assertThat(judgement.comment()).isEmpty();
    assertThat(read("{'request_id':'r','score':0,'source':'ci','comment':'wrong'}").comment())
        .contains("wrong");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "[]|must be a JSON object",
        "{|not valid JSON",
        "{'score':1}|'request_id' must",
        "{'request_id':'','score':1}|'request_id' must",
        "{'request_id':7,'score':1}|'request_id' must",
        "{'request_id':'r'}|'score' must",
        "{'request_id':'r','score':'1'}|'score' must",
        "{'request_id':'r','score':1.1}|'score' must",
        "{'request_id':'r','score':-0.1}|'score' must",
        "{'request_id':'r','score':1,'source':' '}|'source' must",
        "{'request_id':'r','score':1,'tenant':'x'}|'tenant' is no field"
      })
  void whatIsWrongIsNamed(String body, String fault) {
    assertThatThrownBy(() -> read(body))
        .isInstanceOfSatisfying(
            ApiException.class, refused -> assertThat(refused.error().message()).contains(fault));
  }
}
