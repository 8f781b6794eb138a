package io.penstock.compose.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.io.StringReader;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class SvgChartTest {

  @Test
  void wordsAreTextThatCanBeSearched() throws Exception {
    Chart chart =
        Chart.bars("c", "Waiting <p50> & p99", "way", "ms", List.of("pull", "push"))
            .bar("p50", List.of(1.0, 20.0))
            .bar("p99", List.of(3.0, 400.0))
            .build();
    NodeList texts = parsed(SvgChart.of(chart)).getElementsByTagName("text");
    List<String> words =
        IntStream.range(0, texts.getLength())
            .mapToObj(i -> texts.item(i).getTextContent())
            .toList();
    assertThat(words).contains("Waiting <p50> & p99", "way", "ms", "pull", "push", "p50", "p99");
  }

  @Test
  void barsAreAsHighAsTheirFigures() throws Exception {
    Chart chart =
        Chart.bars("c", "t", "x", "y", List.of("a", "b")).bar("s", List.of(1.0, 2.0)).build();
    NodeList rects = parsed(SvgChart.of(chart)).getElementsByTagName("rect");
    double first = Double.parseDouble(((Element) rects.item(1)).getAttribute("height"));
    double second = Double.parseDouble(((Element) rects.item(2)).getAttribute("height"));
    assertThat(second).isCloseTo(2 * first, offset(0.2));
  }

  @Property(tries = 200)
  void everyFigureIsOnTheAxisAndTheEndsAreMarked(
      @ForAll @Size(min = 1, max = 8) List<@DoubleRange(min = 0.01, max = 1e7) Double> figures,
      @ForAll boolean logarithmic) {
    Axis axis = Axis.of(figures, logarithmic);
    double[] ticks = axis.ticks();
    assertThat(figures).allSatisfy(each -> assertThat(axis.place(each)).isBetween(-1e-9, 1 + 1e-9));
    assertThat(ticks).hasSizeBetween(2, 15);
    assertThat(axis.place(ticks[0])).isCloseTo(0, offset(1e-9));
    assertThat(axis.place(ticks[ticks.length - 1])).isCloseTo(1, offset(1e-6));
  }

  private static Document parsed(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }
}
