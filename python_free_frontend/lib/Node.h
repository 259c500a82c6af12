//===- Node.h - What an operator's importer sees of its node ----*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_FRONTEND_NODE_H
#define DDNN_FRONTEND_NODE_H

#include "GraphImporter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace ddnn::frontend {

class Node {
public:
  Node(GraphImporter &importer, GraphImporter::Scope &scope,
       const onnx::NodeProto &proto, int64_t opset, std::string name,
       mlir::Location loc);

  const std::string &getName() const { return name; }
  llvm::StringRef getOpType() const { return proto.op_type(); }
  int64_t getOpset() const { return opset; }
  mlir::OpBuilder &getBuilder() { return importer.builder; }
  mlir::Location getLoc() const { return loc; }
  TensorReader &getReader() { return importer.reader; }

  //===-- Errors ----------------------------------------------------------===//

  /// An error that begins with "node 'name' (Op, opset N): ".
  mlir::InFlightDiagnostic error();
  bool hasFailed() const { return failed; }
  /// An error unless the node has between `min` and `max` inputs.
  mlir::LogicalResult expectInputs(int min, int max);
  /// An error if output `i` is used: "output 'x' (WHAT) is not supported".
  mlir::LogicalResult refuseOutput(int i, llvm::StringRef what);

  //===-- Inputs ----------------------------------------------------------===//

  int getNumInputs() const { return proto.input_size(); }
  int getNumOutputs() const { return proto.output_size(); }
  /// Whether an input is given; in a function also whether the caller gave it.
  bool hasInput(int i) const {
    return i < proto.input_size() && !proto.input(i).empty() &&
           importer.lookupValue(scope, proto.input(i)).state != Operand::Absent;
  }
  bool hasOutput(int i) const {
    return i < proto.output_size() && !proto.output(i).empty();
  }
  std::string getOutputName(int i) const {
    return i < proto.output_size() ? proto.output(i) : std::string();
  }
  /// Absent if there is no such input.
  const Operand &getInput(int i);
  /// Input `i` as a tensor of floats; reports and returns null otherwise.
  mlir::Value getFloat(int i);
  /// Input `i` as a constant. Reports "needs a constant WHAT" otherwise.
  HostTensorPtr getConstant(int i, llvm::StringRef what, ElementKind kind);
  /// Input `i` as a constant list of integers (a scalar is a list of one).
  mlir::FailureOr<Shape> getInts(int i, llvm::StringRef what);
  /// Any operand as an SSA value.
  mlir::Value materialize(const Operand &operand);
  mlir::Value materialize(const HostTensorPtr &tensor) {
    return importer.materialize(tensor, tensor->shape, loc);
  }
  mlir::Value materialize(const HostTensorPtr &tensor,
                          llvm::ArrayRef<int64_t> shape) {
    return importer.materialize(tensor, shape, loc);
  }

  //===-- Attributes ------------------------------------------------------===//
  // An attribute of the wrong type is an error, and so is one that no getter
  // has asked for by the time the importer is done.

  bool hasAttr(llvm::StringRef attr);
  int64_t getIntAttr(llvm::StringRef attr, int64_t otherwise);
  double getFloatAttr(llvm::StringRef attr, double otherwise);
  std::string getStringAttr(llvm::StringRef attr, llvm::StringRef otherwise);
  std::optional<Shape> getIntsAttr(llvm::StringRef attr);
  std::vector<std::string> getStringsAttr(llvm::StringRef attr);
  const onnx::AttributeProto *getAttr(llvm::StringRef attr);
  /// Attributes that do not matter for inference.
  void ignoreAttrs(std::initializer_list<llvm::StringRef> attrs);
  /// Integers from an attribute before opset `since`, from input `i` from then
  /// on. Nothing if absent.
  mlir::FailureOr<std::optional<Shape>>
  getIntsAttrOrInput(llvm::StringRef attr, int i, int64_t since);

  //===-- Results ---------------------------------------------------------===//

  void setResult(int i, Operand operand);
  /// A result that has been set.
  const Operand &getResult(int i) { return scope.values[proto.output(i)]; }
  void setResult(mlir::Value value) { setResult(0, Operand::of(value)); }
  void setResult(HostTensorPtr tensor) {
    setResult(0, Operand::of(std::move(tensor)));
  }

  //===-- Building --------------------------------------------------------===//

  /// Creates an operation that carries the node's name.
  template <typename OpT, typename... Args> OpT create(Args &&...args) {
    OpT op = OpT::create(importer.builder, loc, std::forward<Args>(args)...);
    tag(op.getOperation());
    return op;
  }
  void tag(mlir::Operation *op) {
    op->setDiscardableAttr(kNodeAttr, importer.builder.getStringAttr(name));
  }

  mlir::RankedTensorType getType(llvm::ArrayRef<int64_t> shape,
                                 ElementKind kind = ElementKind::F32);
  mlir::Value createEmpty(llvm::ArrayRef<int64_t> shape,
                          ElementKind kind = ElementKind::F32);
  mlir::Value createScalar(double value);
  mlir::Value createFilled(llvm::ArrayRef<int64_t> shape, double value);
  /// tensor.pad with a constant; `in` itself if nothing is to be padded.
  mlir::Value createPad(mlir::Value in, llvm::ArrayRef<int64_t> low,
                        llvm::ArrayRef<int64_t> high, double value);
  /// collapse_shape and/or expand_shape to another shape of the same size.
  mlir::Value createReshape(mlir::Value in, llvm::ArrayRef<int64_t> shape);
  mlir::Value createTranspose(mlir::Value in, llvm::ArrayRef<int64_t> perm);
  mlir::Value createSlice(mlir::Value in, llvm::ArrayRef<int64_t> offsets,
                          llvm::ArrayRef<int64_t> sizes,
                          llvm::ArrayRef<int64_t> strides);
  /// Turned around along axes: linalg.generic with maps like size - 1 - d.
  mlir::Value createReverse(mlir::Value in, llvm::ArrayRef<int64_t> axes);
  /// Joins along an axis by tensor.insert_slice.
  mlir::Value createConcat(llvm::ArrayRef<mlir::Value> parts, int64_t axis);

  using Body = llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location,
                                              mlir::ValueRange)>;
  /// linalg.generic over `shape`, to which the operands are broadcast; the body
  /// gets one scalar an operand.
  mlir::Value createElementwise(llvm::ArrayRef<Operand> operands,
                                llvm::ArrayRef<int64_t> shape,
                                ElementKind resultKind, Body body);
  /// The same for values.
  mlir::Value createElementwise(llvm::ArrayRef<mlir::Value> operands,
                                llvm::ArrayRef<int64_t> shape, Body body);
  /// Whether each value depends on inputs of the model, and on none that
  /// another one depends on: they may come from several devices.
  bool areMembers(llvm::ArrayRef<mlir::Value> values);
  /// ddnn.aggregate of such values, named after their inputs; a missing one is
  /// an error until somebody declares otherwise.
  mlir::Value createAggregate(AggregateKind kind,
                              llvm::ArrayRef<mlir::Value> members,
                              llvm::ArrayRef<int64_t> shape);
  /// Lets the metadata say what a missing member means.
  void leaveUndeclared(AggregateOp op) { importer.undeclared.push_back(op); }
  /// +1 where `in` is not negative, else -1, as floats.
  mlir::Value createSign(mlir::Value in);
  /// The same but for zero, where it is 0 or -1.
  mlir::Value createSignWithZero(mlir::Value in, double atZero);
  /// linalg.reduce over `axes` (sorted); the reduced dimensions are removed.
  mlir::Value createReduce(mlir::Value in, llvm::ArrayRef<int64_t> axes,
                           double init, Body combine);

  //===-- Shapes ----------------------------------------------------------===//

  /// `axis` in [0, rank), or an error. `what` names it.
  mlir::FailureOr<int64_t> normalizeAxis(int64_t axis, int64_t rank,
                                         llvm::StringRef what = "axis");
  /// Sorted, without duplicates, or an error.
  mlir::FailureOr<Shape> normalizeAxes(llvm::ArrayRef<int64_t> axes,
                                       int64_t rank);
  /// Numpy's broadcasting of all shapes, or an error.
  mlir::FailureOr<Shape> broadcastShapes(llvm::ArrayRef<Operand> operands);
  /// An error unless a result of this shape can be: no dimension of zero, not
  /// too many elements.
  mlir::LogicalResult checkResultShape(llvm::ArrayRef<int64_t> shape);
  /// An error if folding to `shape` would exceed the budget.
  mlir::LogicalResult checkFolding(llvm::ArrayRef<int64_t> shape);

private:
  friend class GraphImporter;
  bool checkAttrType(const onnx::AttributeProto &attr, int type);
  void reportUnknownAttrs();

  GraphImporter &importer;
  GraphImporter::Scope &scope;
  const onnx::NodeProto &proto;
  int64_t opset;
  std::string name;
  mlir::Location loc;
  llvm::StringSet<> askedAttrs;
  bool failed = false;
};

/// An elementwise operator, on the host and as a body of linalg.generic.
struct Elementwise {
  /// One element; floats are computed in double and rounded once to f32.
  std::function<double(llvm::ArrayRef<double>)> fold;
  /// For integers; absent if the operator is defined on floats only. Nothing if
  /// it is undefined for these values.
  std::function<std::optional<int64_t>(llvm::ArrayRef<int64_t>)> foldInt;
  std::function<mlir::Value(mlir::OpBuilder &, mlir::Location,
                            mlir::ValueRange)>
      build;
  /// Comparison with zero or sign: begins a SignFunction.
  bool beginsSign = false;
  /// A product: of signs and factors it gives scaled signs.
  bool isProduct = false;
};

/// +1 where the operand is >= 0, else -1.
const Elementwise &getSign();
const Elementwise &getMul();

/// Folds, recognises signs, or builds; sets result 0.
mlir::LogicalResult importElementwise(Node &node,
                                      llvm::ArrayRef<Operand> operands,
                                      ElementKind resultKind,
                                      const Elementwise &op);

/// ONNX Max or Mean as an aggregate, where its operands may come from several
/// devices; sets result 0 then.
bool importMembers(Node &node, llvm::ArrayRef<Operand> operands);
/// Notes at the result of Sum or Add what it is the sum of, see Operand::terms.
void noteTerms(Node &node, llvm::ArrayRef<Operand> operands);
/// Mul or Div that makes a mean of such a sum, by 1/n or n; sets result 0 then.
bool importMemberMean(Node &node);

} // namespace ddnn::frontend

#endif // DDNN_FRONTEND_NODE_H
