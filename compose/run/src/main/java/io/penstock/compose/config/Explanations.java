package io.penstock.compose.config;

import com.github.therapi.runtimejavadoc.ClassJavadoc;
import com.github.therapi.runtimejavadoc.Comment;
import com.github.therapi.runtimejavadoc.CommentVisitor;
import com.github.therapi.runtimejavadoc.Link;
import com.github.therapi.runtimejavadoc.ParamJavadoc;
import com.github.therapi.runtimejavadoc.RuntimeJavadoc;
import com.github.therapi.runtimejavadoc.Value;
import io.penstock.compose.config.Slot.Leaf;
import io.penstock.compose.config.Slot.Section;

/**
 * The explanations of keys and sections, from the Javadoc of the records. The build keeps them
 * beside the classes.
 */
final class Explanations {

  private Explanations() {}

  /** Returns what a key is for; empty if its record does not say. */
  static String of(Leaf key) {
    return component(key.owner(), key.name());
  }

  /** Returns what a component of a record is for. */
  static String component(Class<?> record, String name) {
    return RuntimeJavadoc.getJavadoc(record).getRecordComponents().stream()
        .filter(component -> component.getName().equals(name))
        .findFirst()
        .map(ParamJavadoc::getComment)
        .map(Explanations::text)
        .orElse("");
  }

  /** The first sentence about the record of a section. */
  static String of(Section section) {
    ClassJavadoc javadoc = RuntimeJavadoc.getJavadoc(section.type());
    String text = text(javadoc.getComment());
    int end = text.indexOf(". ");
    return end < 0 ? text : text.substring(0, end + 1);
  }

  private static String text(Comment comment) {
    StringBuilder text = new StringBuilder();
    comment.visit(new Plain(text));
    return text.toString()
        .replaceAll("<[a-z/][^>]*>", "")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
        .replaceAll("\\s+", " ")
        .strip();
  }

  /** Leaves the text of tags. */
  private record Plain(StringBuilder text) implements CommentVisitor {

    @Override
    public void commentText(String value) {
      text.append(value);
    }

    @Override
    public void inlineLink(Link link) {
      text.append(link.getLabel());
    }

    @Override
    public void inlineTag(String name, String value) {
      text.append("'").append(value).append("'");
    }

    @Override
    public void inlineValue(Value value) {
      text.append(value);
    }
  }
}
