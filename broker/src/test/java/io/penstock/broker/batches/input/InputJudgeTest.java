package io.penstock.broker.batches.input;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputJudgeTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final InputLimits LIMITS = new InputLimits(1_000_000, 20, 2_000, 5);

  @Test
  void acceptsAFileAndNamesItsOneModel() throws Exception {
    assertThat(judge(line("a") + "\n" + line("b") + "\n"))
        .isEqualTo(new InputVerdict.Accepted(2, "small"));
  }

  @Test
  void aFaultRepeatsOnlyTheBeginningOfWhatIsWrong() throws Exception {
    String name = "x".repeat(600);
    String twice = "{\"%s\":1,\"%s\":2,".formatted(name, name) + line("a").substring(1);

    InputVerdict.Refused refused = (InputVerdict.Refused) judge(twice);

    assertThat(refused.faults())
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.code()).isEqualTo("duplicate_field");
              assertThat(fault.message()).startsWith("xxx").hasSizeLessThan(300);
              assertThat(fault.param()).startsWith("xxx").hasSizeLessThan(300);
            });
  }

  @Test
  void namesNoModelWhereThereAreSeveral() throws Exception {
    assertThat(judge(line("a") + "\n" + line("b").replace("small", "large")))
        .isEqualTo(new InputVerdict.Accepted(2, null));
  }

  @Test
  void acceptsByteOrderMarkCrlfBlankLinesAndAMissingLastNewline() throws Exception {
    assertThat(judge("\uFEFF\r\n" + line("a") + "\r\n\n  \t\r\n" + line("b")))
        .isEqualTo(new InputVerdict.Accepted(2, "small"));
    assertThat(judge("\uFEFF" + line("a"))).isEqualTo(new InputVerdict.Accepted(1, "small"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nonsense | invalid_json_line |
          [1]      | invalid_json_line |
          {"custom_id":"x" | invalid_json_line |
          {"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":{"model":"m"}} {} | invalid_json_line |
          {"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":{"model":"m","a":NaN}} | invalid_json_line |
          {"method":"POST","url":"/v1/chat/completions","body":{"model":"m"}} | missing_required_parameter | custom_id
          {"custom_id":"x","url":"/v1/chat/completions","body":{"model":"m"}} | missing_required_parameter | method
          {"custom_id":"x","method":"POST","body":{"model":"m"}} | missing_required_parameter | url
          {"custom_id":"x","method":"POST","url":"/v1/chat/completions"} | missing_required_parameter | body
          {"custom_id":7,"method":"POST","url":"/v1/chat/completions","body":{"model":"m"}} | invalid_type | custom_id
          {"custom_id":"","method":"POST","url":"/v1/chat/completions","body":{"model":"m"}} | invalid_custom_id | custom_id
          {"custom_id":"a\\u0000","method":"POST","url":"/v1/chat/completions","body":{"model":"m"}} | invalid_custom_id | custom_id
          {"custom_id":"x","method":"GET","url":"/v1/chat/completions","body":{"model":"m"}} | invalid_method | method
          {"custom_id":"x","method":"POST","url":"/v1/embeddings","body":{"model":"m"}} | invalid_url | url
          {"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":[]} | invalid_type | body
          {"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":{}} | missing_required_parameter | body.model
          {"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":{"model":7}} | invalid_model | body.model
          {"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":{"model":"m","stream":true}} | stream_not_supported | body.stream
          {"custom_id":"x","custom_id":"y","method":"POST","url":"/v1/chat/completions","body":{"model":"m"}} | duplicate_field | custom_id
          """)
  void namesLineCodeAndFieldOfAFault(String bad, String code, String param) throws Exception {
    InputFault fault = only(judge("\n" + line("a") + "\r\n" + bad + "\n" + line("b")));
    assertThat(fault.code()).isEqualTo(code);
    assertThat(fault.param()).isEqualTo(param);
    assertThat(fault.line()).isEqualTo(3);
    assertThat(fault.message()).endsWith(".").doesNotContain("`", "Source");
  }

  @Test
  void streamFalseIsNoFault() throws Exception {
    assertThat(judge(line("a").replace("\"n\":1", "\"stream\":false")))
        .isInstanceOf(InputVerdict.Accepted.class);
  }

  @Test
  void findsARepeatedNameAndSaysWhereItStoodFirst() throws Exception {
    InputFault fault = only(judge(line("a") + "\n\n" + line("b") + "\n" + line("\\u0061")));
    assertThat(fault.code()).isEqualTo("duplicate_custom_id");
    assertThat(fault.line()).isEqualTo(4);
    assertThat(fault.message()).contains("line 1");
  }

  @Test
  void findsARepeatedNameOfALineThatHasOtherFaults() throws Exception {
    InputVerdict verdict =
        judge(line("a").replace("POST", "PUT") + "\n" + line("a").replace("POST", "GET"));
    assertThat(((InputVerdict.Refused) verdict).faults())
        .extracting(InputFault::code)
        .containsExactly("invalid_method", "invalid_method", "duplicate_custom_id");
  }

  @Test
  void refusesALineThatIsTooLongAndReadsOn() throws Exception {
    String huge = line("a").replace("\"n\":1", "\"n\":\"" + "x".repeat(100_000) + "\"");
    InputVerdict verdict = judge(huge + "\n" + line("b") + "\n" + line("c").replace("POST", "X"));
    List<InputFault> faults = ((InputVerdict.Refused) verdict).faults();
    assertThat(faults).extracting(InputFault::line).containsExactly(1L, 3L);
    assertThat(faults.getFirst().code()).isEqualTo("request_too_large");
  }

  @Test
  void refusesABodyThatIsTooLarge() throws Exception {
    InputFault fault =
        only(judge(line("a").replace("\"n\":1", "\"n\":\"" + "x".repeat(3_000) + "\"")));
    assertThat(fault.code()).isEqualTo("request_too_large");
    assertThat(fault.message()).contains("2000");
  }

  @Test
  void saysSoWhereAFileIsInAnotherEncoding() throws Exception {
    InputVerdict verdict = judge(line("a").getBytes(UTF_16LE));
    assertThat(only(verdict).code()).isEqualTo("invalid_encoding");
  }

  @Test
  void refusesBytesThatAreNoUtf8() throws Exception {
    byte[] bytes = line("aXb").getBytes(UTF_8);
    bytes[new String(bytes, UTF_8).indexOf('X')] = (byte) 0xFF;
    assertThat(only(judge(bytes)).code()).isEqualTo("invalid_json_line");
  }

  @Test
  void refusesAFileWithoutRequests() throws Exception {
    assertThat(only(judge("")).code()).isEqualTo("empty_file");
    assertThat(only(judge("\uFEFF\r\n \n")).code()).isEqualTo("empty_file");
  }

  @Test
  void refusesMoreRequestsThanAllowed() throws Exception {
    StringBuilder file = new StringBuilder();
    for (int each = 0; each < 20; each++) {
      file.append(line("id-" + each)).append('\n');
    }
    assertThat(judge(file.toString())).isEqualTo(new InputVerdict.Accepted(20, "small"));
    InputFault fault = only(judge(file + line("one more")));
    assertThat(fault.code()).isEqualTo("too_many_requests");
    assertThat(fault.line()).isNull();
  }

  @Test
  void listsSoManyFaultsAndCountsTheOthers() throws Exception {
    InputVerdict verdict = judge("x\n".repeat(12));
    List<InputFault> faults = ((InputVerdict.Refused) verdict).faults();
    assertThat(faults).hasSize(6);
    assertThat(faults.getLast().message()).contains("7 more");
  }

  private static InputFault only(InputVerdict verdict) {
    List<InputFault> faults = ((InputVerdict.Refused) verdict).faults();
    assertThat(faults).hasSize(1);
    return faults.getFirst();
  }

  private static InputVerdict judge(String file) throws IOException {
    return judge(file.getBytes(UTF_8));
  }

  private static InputVerdict judge(byte[] file) throws IOException {
    return InputJudge.judge(new ByteArrayInputStream(file), CHAT, LIMITS);
  }

  private static String line(String customId) {
    return """
    {"custom_id":"%s","method":"POST","url":"%s","body":{"model":"small","n":1}}\
    """
        .formatted(customId, CHAT);
  }
}
