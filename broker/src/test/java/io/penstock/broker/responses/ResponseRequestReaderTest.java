package io.penstock.broker.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.broker.errors.ApiException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponseRequestReaderTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void aTextIsTheUsersMessage() throws Exception {
    assertChat(
        "{'model':'m','input':'Hi','instructions':'Be brief.'}",
        "{'model':'m','messages':[{'role':'system','content':'Be brief.'},"
            + "{'role':'user','content':'Hi'}]}");
  }

  @Test
  void aConversationKeepsItsOrder() throws Exception {
    assertChat(
        "{'model':'m','input':["
            + "{'role':'developer','content':'Be brief.'},"
            + "{'type':'message','role':'user','content':[{'type':'input_text','text':'Hi'}]},"
            + "{'type':'message','id':'msg_1','status':'completed','role':'assistant',"
            + "'content':[{'type':'output_text','text':'Hello','annotations':[],'logprobs':[]}]},"
            + "{'role':'user','content':[{'type':'input_text','text':'a'},"
            + "{'type':'input_text','text':'b'}]}]}",
        "{'model':'m','messages':[{'role':'system','content':'Be brief.'},"
            + "{'role':'user','content':'Hi'},{'role':'assistant','content':'Hello'},"
            + "{'role':'user','content':[{'type':'text','text':'a'},{'type':'text','text':'b'}]}]}");
  }

  @Test
  void functionsAndTheirCallsAreSaidAsAChatSaysThem() throws Exception {
    assertChat(
        "{'model':'m','tools':[{'type':'function','name':'f','description':'d',"
            + "'parameters':{'type':'object'},'strict':true}],"
            + "'tool_choice':{'type':'function','name':'f'},'parallel_tool_calls':false,'input':["
            + "{'role':'user','content':'Hi'},"
            + "{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'},"
            + "{'type':'function_call','call_id':'c2','name':'f','arguments':'{}'},"
            + "{'type':'function_call_output','call_id':'c1','output':'1'},"
            + "{'type':'function_call_output','call_id':'c2',"
            + "'output':[{'type':'input_text','text':'2'}]}]}",
        "{'model':'m','messages':["
            + "{'role':'user','content':'Hi'},"
            + "{'role':'assistant','content':null,'tool_calls':["
            + "{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}},"
            + "{'id':'c2','type':'function','function':{'name':'f','arguments':'{}'}}]},"
            + "{'role':'tool','tool_call_id':'c1','content':'1'},"
            + "{'role':'tool','tool_call_id':'c2','content':'2'}],"
            + "'tools':[{'type':'function','function':{'name':'f','description':'d',"
            + "'parameters':{'type':'object'},'strict':true}}],"
            + "'tool_choice':{'type':'function','function':{'name':'f'}},"
            + "'parallel_tool_calls':false}");
  }

  @Test
  void limitsAndFormatsHaveTheirNamesInAChat() throws Exception {
    assertChat(
        "{'model':'m','input':'Hi','max_output_tokens':20,'temperature':0.50,'top_p':1,"
            + "'service_tier':'priority','reasoning':{'effort':'low'},"
            + "'text':{'format':{'type':'json_schema','name':'n','schema':{'type':'object'},"
            + "'strict':true},'verbosity':'low'},'stream':true,'background':true,'user':'u'}",
        "{'model':'m','messages':[{'role':'user','content':'Hi'}],"
            + "'max_completion_tokens':20,'temperature':0.50,'top_p':1,'service_tier':'priority',"
            + "'response_format':{'type':'json_schema','json_schema':{'name':'n',"
            + "'schema':{'type':'object'},'strict':true}},'verbosity':'low',"
            + "'reasoning_effort':'low','user':'u','stream':true,"
            + "'stream_options':{'include_usage':true}}");
  }

  @Test
  void aNumberIsSaidAsItWasWritten() {
    ResponseRequest asked = read("{'model':'m','input':'Hi','temperature':0.50}");

    assertThat(new String(asked.chatBody(), StandardCharsets.UTF_8)).contains("0.50");
  }

  @Test
  void whatIsLeftOutHasOpenAisDefaults() {
    ResponseRequest asked = read("{'model':'m','input':'Hi','store':null,'metadata':null}");

    assertThat(asked.store()).isTrue();
    assertThat(asked.background()).isFalse();
    assertThat(asked.stream()).isFalse();
    assertThat(asked.echo().path("tool_choice").asText()).isEqualTo("auto");
    assertThat(asked.echo().path("parallel_tool_calls").asBoolean()).isTrue();
    assertThat(asked.echo().path("metadata")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'input':'Hi'|model",
        "'model':'m'|input",
        "'model':'m','input':[]|input",
        "'model':'m','input':7|input",
        "'model':'m','input':[7]|input[0]",
        "'model':'m','input':[{'content':'Hi'}]|input[0].role",
        "'model':'m','input':[{'role':'king','content':'Hi'}]|input[0].role",
        "'model':'m','input':[{'role':'user'}]|input[0].content",
        "'model':'m','input':[{'role':'user','content':'Hi','x':1}]|input[0].x",
        "'model':'m','input':[{'role':'user','content':[{'type':'input_image'}]}]|input[0].content[0].type",
        "'model':'m','input':[{'type':'item_reference','id':'i'}]|input[0].type",
        "'model':'m','input':[{'type':'function_call','name':'f','arguments':''}]|input[0].call_id",
        "'model':'m','input':'Hi','max_output_tokens':15|max_output_tokens",
        "'model':'m','input':'Hi','max_output_tokens':20.5|max_output_tokens",
        "'model':'m','input':'Hi','temperature':2.1|temperature",
        "'model':'m','input':'Hi','top_p':-1|top_p",
        "'model':'m','input':'Hi','metadata':{'a':1}|metadata.a",
        "'model':'m','input':'Hi','store':1|store",
        "'model':'m','input':'Hi','store':false,'background':true|store",
        "'model':'m','input':'Hi','stream':'yes'|stream",
        "'model':'m','input':'Hi','service_tier':'fast'|service_tier",
        "'model':'m','input':'Hi','text':{'format':{'type':'xml'}}|text.format.type",
        "'model':'m','input':'Hi','text':{'format':{'type':'json_schema','name':'n'}}|text.format.schema",
        "'model':'m','input':'Hi','previous_response_id':'resp_1'|previous_response_id",
        "'model':'m','input':'Hi','conversation':'c'|conversation",
        "'model':'m','input':'Hi','prompt':{'id':'p'}|prompt",
        "'model':'m','input':'Hi','tools':[{'type':'web_search'}]|tools[0].type",
        "'model':'m','input':'Hi','tools':[{'type':'function','name':'a b'}]|tools[0].name",
        "'model':'m','input':'Hi','tool_choice':'required'|tool_choice",
        "'model':'m','input':'Hi','tool_choice':{'type':'function','name':'f'}|tool_choice.name",
        "'model':'m','input':'Hi','include':['x']|include",
        "'model':'m','input':'Hi','truncation':'auto'|truncation",
        "'model':'m','input':'Hi','reasoning':{'summary':'auto'}|reasoning.summary",
        "'model':'m','input':'Hi','n':2|n",
      })
  void whatIsWrongOrNotServedIsRefusedByItsName(String fields, String param) {
    assertThatThrownBy(() -> read("{" + fields + "}"))
        .isInstanceOfSatisfying(
            ApiException.class,
            refused -> {
              assertThat(refused.error().status()).isEqualTo(400);
              assertThat(refused.error().param()).contains(param);
            });
  }

  @Test
  void aFieldThatComesTwiceIsRefused() {
    assertThatThrownBy(() -> read("{'model':'m','input':'a','input':'b'}"))
        .isInstanceOf(ApiException.class);
  }

  private static void assertChat(String body, String chat) throws Exception {
    JsonNode said = JSON.readTree(read(body).chatBody());
    assertThat(said).isEqualTo(JSON.readTree(chat.replace('\'', '"')));
  }

  private static ResponseRequest read(String body) {
    return ResponseRequestReader.read(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }
}
