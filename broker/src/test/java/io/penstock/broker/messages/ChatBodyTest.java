package io.penstock.broker.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.broker.errors.ApiException;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatBodyTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void allThatAChatCompletionCanSayIsSaid() throws Exception {
    JsonNode chat =
        ChatBody.of(
            json(
                """
                {'model':'m','max_tokens':7,'system':[{'type':'text','text':'Be '},
                  {'type':'text','text':'brief.','cache_control':{'type':'ephemeral'}}],
                 'messages':[{'role':'user','content':'Hi'},
                  {'role':'assistant','content':[{'type':'text','text':'Ho'}]}],
                 'stop_sequences':['END'],'temperature':0.5,'top_p':1,'stream':false,
                 'metadata':{'user_id':'u'},'service_tier':'auto','tools':[]}\
                """),
            "requests.0.params");
    assertThat(chat)
        .isEqualTo(
            json(
                """
                {'model':'m','messages':[{'role':'system','content':'Be brief.'},
                  {'role':'user','content':'Hi'},{'role':'assistant','content':'Ho'}],
                 'max_tokens':7,'temperature':0.5,'top_p':1,'stop':['END'],'user':'u'}\
                """));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'model':'m','max_tokens':1} | .messages",
        "{'model':7,'max_tokens':1,'messages':[{'role':'user','content':'x'}]} | .model",
        "{'model':'m','max_tokens':0,'messages':[{'role':'user','content':'x'}]} | .max_tokens",
        "{'model':'m','max_tokens':1,'messages':[{'role':'system','content':'x'}]} |"
            + " .messages.0.role",
        "{'model':'m','max_tokens':1,'messages':[{'role':'user','content':[{'type':'image'}]}]} |"
            + " .messages.0.content.0.type",
        "{'model':'m','max_tokens':1,'messages':[{'role':'user','content':'x'}],'tools':[{}]} |"
            + " .tools",
        "{'model':'m','max_tokens':1,'messages':[{'role':'user','content':'x'}],'top_k':3} |"
            + " .top_k",
        "{'model':'m','max_tokens':1,'messages':[{'role':'user','content':'x'}],'stream':true} |"
            + " .stream",
        "{'model':'m','max_tokens':1,'messages':[{'role':'user','content':'x'}],'temperature':2} |"
            + " .temperature",
        "{'model':'m','max_tokens':1,'messages':[{'role':'user','content':'x'}],'thinking':{'type':'enabled'}}"
            + " | .thinking",
        "{'model':'m','max_tokens':1,'messages':[{'role':'user','content':'x'}],'stop_sequences':['']}"
            + " | .stop_sequences.0",
        "[] | must be an object"
      })
  void whatItCannotSayIsRefusedByName(String params, String named) {
    assertThatThrownBy(() -> ChatBody.of(json(params), "requests.0.params"))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("requests.0.params")
        .hasMessageContaining(named);
  }

  private static JsonNode json(String text) throws IOException {
    return JSON.readTree(text.replace('\'', '"'));
  }
}
