package io.penstock.broker.responses;

import static io.penstock.broker.responses.ResponseSamples.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.OpenAiSchema;
import io.penstock.broker.paging.Page;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputItemsTest {

  private static StoredResponse asked(String input) {
    return StoredResponse.of(
        "resp_1",
        "default",
        Instant.EPOCH,
        ResponseRequestReader.read(bytes("{'model':'m','input':" + input + "}")));
  }

  private static List<ObjectNode> items(String input) {
    StoredResponse stored = asked(input);
    return InputItems.of(ResponseCodec.decode(stored.id(), ResponseCodec.encode(stored)));
  }

  @Test
  void aTextIsAMessageOfTheUser() {
    ObjectNode item = items("'Hi'").getFirst();
    assertThat(item.path("role").asText()).isEqualTo("user");
    assertThat(item.at("/content/0/type").asText()).isEqualTo("input_text");
    assertThat(item.at("/content/0/text").asText()).isEqualTo("Hi");
  }

  @Test
  void everyKindOfItemIsShownAsThePublishedSchemaSays() {
    List<ObjectNode> items =
        items(
            "[{'role':'developer','content':'Be brief.'},"
                + "{'type':'message','role':'user','content':[{'type':'input_text','text':'Hi'}]},"
                + "{'role':'assistant','content':'Ciao','status':'incomplete'},"
                + "{'type':'message','id':'msg_x','role':'assistant','content':[{'type':'refusal','refusal':'No.'}]},"
                + "{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'},"
                + "{'type':'function_call_output','call_id':'c1','output':'4'},"
                + "{'type':'function_call_output','call_id':'c1','output':[{'type':'input_text','text':'5'}]}]");

    assertThat(items).hasSize(7);
    assertThat(items).extracting(item -> item.path("id").asText()).doesNotHaveDuplicates();
    OpenAiSchema.find().ifPresent(schema -> assertFollows(schema, items));
    assertThat(items.getFirst().path("role").asText()).isEqualTo("developer");
    assertThat(items.get(2).path("status").asText()).isEqualTo("incomplete");
    assertThat(items.get(2).at("/content/0/type").asText()).isEqualTo("output_text");
    assertThat(items.get(6).at("/output/0/text").asText()).isEqualTo("5");
  }

  private static void assertFollows(OpenAiSchema schema, List<ObjectNode> items) {
    items.forEach(item -> schema.assertIs("ItemResource", item));
    schema.assertIs(
        "ResponseItemList",
        Page.of(items, item -> item.path("id").asText(), Page.Query.of(null, null, null, 100, 20))
            .json(item -> item));
  }

  @Test
  void inputThatIsTooLongIsNotKept() {
    String longest = "x".repeat(StoredResponse.LONGEST_INPUT - 2);
    assertThat(items("'%s'".formatted(longest))).hasSize(1);
    assertThat(items("'%sx'".formatted(longest))).isEmpty();
  }
}
