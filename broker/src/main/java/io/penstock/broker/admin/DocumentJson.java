package io.penstock.broker.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.http.Replies;
import io.penstock.schemas.policies.RoutingPublisher;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingKind;
import java.util.stream.Stream;

/** How entries of the routing topic look. */
final class DocumentJson {

  private DocumentJson() {}

  /** A document as it lies on the topic. */
  static ObjectNode of(RoutingDocument document) {
    try {
      return (ObjectNode) Replies.JSON.readTree(RoutingCodec.json(document));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a document is JSON", impossible);
    }
  }

  /** An entry with its last change. */
  static ObjectNode of(RoutingPublisher.Stored entry) {
    ObjectNode json =
        Replies.JSON
            .createObjectNode()
            .put("kind", RoutingKind.of(entry.document()).label())
            .put("name", entry.document().name())
            .put("version", entry.version())
            .put("changed_by", entry.changedBy())
            .put("reason", entry.reason())
            .put("changed_at", entry.changedAt().toString());
    json.set("document", of(entry.document()));
    return json;
  }

  static ObjectNode list(Stream<ObjectNode> items) {
    ObjectNode list = Replies.JSON.createObjectNode().put("object", "list");
    ArrayNode data = list.putArray("data");
    items.forEach(data::add);
    return list;
  }
}
