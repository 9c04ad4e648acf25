/**
 * JMH benchmarks of small pieces, built only by the profile {@code jmh}. All of them, or those
 * whose name matches an expression at the end of the line:
 *
 * <pre>
 * mvn -q -Pcpu,jmh -pl rlrr-examples -am package -DskipTests -Dmaven.javadoc.skip=true &amp;&amp; java -cp "rlrr-examples/target/test-classes:rlrr-examples/target/rlrr-examples.jar:rlrr-examples/target/lib/*" org.openjdk.jmh.Main
 * </pre>
 */
package io.github.rlrr.examples.jmh;
