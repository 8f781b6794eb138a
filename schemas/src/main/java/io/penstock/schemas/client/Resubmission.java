package io.penstock.schemas.client;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.topics.TopicNames;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * The request to be sent again in place of one that died.
 *
 * @param request as it is to be sent
 * @param note what differs from the original, empty if nothing but the id
 */
public record Resubmission(InferenceRequest request, String note) {

  /** The label that names the request sent again. */
  public static final String REPLAY_OF = "replayOf";

  private static final int MAX_ATTRIBUTES = 16;

  /**
   * Makes it.
   *
   * @param original as it was
   * @param sourceTopic where the record that died lay
   * @param id the id to send it under. The original's is answered by the earlier result while that
   *     is remembered
   */
  public static Resubmission of(
      InferenceRequest original, String sourceTopic, TopicNames names, String id, Instant now) {
    StringBuilder note = new StringBuilder();
    InferenceRequest.Builder again = InferenceRequest.newBuilder(original).setCreatedAt(now);
    if (!id.equals(original.getId())) {
      again.setId(id);
      Map<String, String> attributes = new HashMap<>(original.getAttributes());
      if (attributes.size() < MAX_ATTRIBUTES || attributes.containsKey(REPLAY_OF)) {
        attributes.put(REPLAY_OF, original.getId());
        again.setAttributes(attributes);
      } else {
        note.append("without attribute replayOf, since all 16 are taken; ");
      }
    }
    if (original.getDeadline().filter(deadline -> !deadline.isAfter(now)).isPresent()) {
      again.setDeadline(null);
      note.append("with the class's default deadline, since its own has passed; ");
    }
    if (original.getServiceClass().isEmpty()) {
      again.setServiceClass(classOf(sourceTopic, names));
    }
    return new Resubmission(again.build(), note.toString().replaceAll("; $", ""));
  }

  /** A request without a class takes that of the topic it was produced to. */
  private static ServiceClass classOf(String sourceTopic, TopicNames names) {
    for (ServiceClass serviceClass : ServiceClass.values()) {
      if (names.requests(serviceClass).equals(sourceTopic)) {
        return serviceClass;
      }
    }
    return names.classOfWork(sourceTopic).orElse(ServiceClass.STANDARD);
  }
}
