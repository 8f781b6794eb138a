package io.penstock.schemas.body;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.models.Endpoint;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputLimitTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{}|{'max_completion_tokens':64}",
        "{'a':1}|{'max_completion_tokens':64,'a':1}",
        "{ 'a' : 1e400 }|{'max_completion_tokens':64, 'a' : 1e400 }",
        "{'max_tokens':9}|{'max_tokens':9}",
        "{'max_tokens': 100 ,'a':[1]}|{'max_tokens': 64 ,'a':[1]}",
        "{'max_tokens':100,'max_completion_tokens':200}|{'max_tokens':64,'max_completion_tokens':64}",
        "{'max_tokens':null}|{'max_completion_tokens':64,'max_tokens':null}",
        "{'max_completion_tokens': null ,'a':1}|{'max_completion_tokens': 64 ,'a':1}",
        "{'max_tokens':123456789012345678901234567890}|{'max_tokens':64}",
        "{ 'a' : -0.0 , 'a' : 0.10, 'n' : 1E+2,'e':'\\u0041\\/', 'max_tokens' :65\t}|{ 'a' : -0.0 ,"
            + " 'a' : 0.10, 'n' : 1E+2,'e':'\\u0041\\/', 'max_tokens' :64\t}",
        "{'t':{'max_tokens':900},'é':'ü','max_tokens':65}|{'t':{'max_tokens':900},'é':'ü','max_tokens':64}"
      })
  void lowersTheLimitAndLeavesTheRestAsItWas(String before, String after) {
    assertThat(lowered(before, Endpoint.CHAT_COMPLETIONS))
        .isEqualTo(after.strip().replace('\'', '"'));
  }

  @Test
  void completionsKnowTheOlderNameOnly() {
    assertThat(lowered("{'prompt':'x'}", Endpoint.COMPLETIONS))
        .isEqualTo("{\"max_tokens\":64,\"prompt\":\"x\"}");
  }

  private static String lowered(String body, Endpoint endpoint) {
    ByteBuffer given =
        ByteBuffer.wrap(body.strip().replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    return StandardCharsets.UTF_8.decode(OutputLimit.lower(given, endpoint, 64)).toString();
  }
}
