/**
 * The parts that Vision Transformers are composed of. A part says once which parameters it has and
 * how it is computed; shapes, names, programs and counts of products are derived from that.
 */
@org.jspecify.annotations.NullMarked
package io.github.rlrr.vit.part;
