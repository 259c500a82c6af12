//===- GraphImporter.h - One ONNX graph to one function ---------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_FRONTEND_GRAPHIMPORTER_H
#define DDNN_FRONTEND_GRAPHIMPORTER_H

#include "ModelReader.h"
#include "ddnn-frontend/OnnxImporter.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/StringSet.h"
#include <map>

namespace ddnn::frontend {

class Node;

/// A function of the sign of `source`: neg, zero or pos where it is below, at
/// or above zero. Comparisons with zero and ONNX Sign begin one, elementwise
/// operations with scalar constants carry it on, and where it has become
/// (-1, +1, +1) the importer writes ddnn.sign, whatever way the model went, and
/// ddnn.sign_with_zero where it is 0 or -1 at zero.
struct SignFunction {
  mlir::Value source;
  double neg, zero, pos;
};

/// A value of the ONNX graph.
struct Operand {
  enum State { Absent, Poisoned, Runtime, Constant };
  State state = Absent;
  ElementKind kind = ElementKind::F32;
  Shape shape;
  mlir::Value value;      ///< Runtime.
  HostTensorPtr constant; ///< Constant.
  std::optional<SignFunction> sign;
  /// Of sign - x, which straight-through estimators add to x again: that x, and
  /// the sign.
  mlir::Value subtracted;
  std::optional<SignFunction> minuend;
  /// What it is the sum of, from the left, if that is one value for each of
  /// several devices: scaled, it may become their mean.
  std::vector<mlir::Value> terms;
  Scores scores = Scores::logits; ///< Whether it is a (Log)Softmax.

  static Operand poisoned() {
    Operand operand;
    operand.state = Poisoned;
    return operand;
  }
  static Operand of(HostTensorPtr tensor) {
    Operand operand;
    operand.state = Constant;
    operand.kind = tensor->kind;
    operand.shape = tensor->shape;
    operand.constant = std::move(tensor);
    return operand;
  }
  static Operand of(mlir::Value value);

  bool isConstant() const { return state == Constant; }
  int64_t rank() const { return shape.size(); }
};

/// Imports one operator: sets the node's results, or reports errors through
/// Node::error() and returns failure.
using OpImporter = mlir::LogicalResult (*)(Node &);

/// The table (domain "", operator, since_version) -> importer.
class OpTable {
public:
  static const OpTable &get();

  void add(llvm::StringRef op, int64_t since, OpImporter importer) {
    entries[op][since] = importer;
  }
  /// The importer of the newest version that is not newer than `opset`.
  OpImporter lookup(llvm::StringRef op, int64_t opset) const;
  /// The version that brought the operator; nothing if it is unknown.
  std::optional<int64_t> getFirstVersion(llvm::StringRef op) const;

private:
  llvm::StringMap<std::map<int64_t, OpImporter>> entries;
};

void addConvolutionOps(OpTable &table);
void addDataMovementOps(OpTable &table);
void addElementwiseOps(OpTable &table);
void addLinearOps(OpTable &table);
void addNormalizationOps(OpTable &table);
void addPoolingOps(OpTable &table);
void addReductionOps(OpTable &table);
void addSelectionOps(OpTable &table);
void addShapeOps(OpTable &table);

/// Operators of domain ai.ddnn; null if there is no such operator.
OpImporter lookupDDNNOp(llvm::StringRef op);

/// True for the domains of QONNX and of the exporter that it comes from.
bool isQonnxDomain(llvm::StringRef domain);
/// Operators of these domains; null if there is no such operator.
OpImporter lookupQonnxOp(llvm::StringRef op);

class GraphImporter {
public:
  GraphImporter(const onnx::ModelProto &model, llvm::StringRef file,
                int64_t fileBytes, TensorReader &reader,
                mlir::MLIRContext *context, const ImportOptions &options);

  mlir::OwningOpRef<mlir::ModuleOp> import();

  /// An error of the file as a whole.
  mlir::InFlightDiagnostic error();

  /// Whether `elements` more may be computed at import. What constant folding
  /// may produce is bounded by the size of the file.
  bool takeFoldingBudget(int64_t elements);

  /// An arith.constant in the given shape of the same size.
  mlir::Value materialize(const HostTensorPtr &tensor,
                          llvm::ArrayRef<int64_t> shape, mlir::Location loc);

  /// The inputs of the model that a value depends on, a bit for each.
  const llvm::BitVector &getInputs(mlir::Value value);

  mlir::OpBuilder builder;

private:
  friend class Node;

  /// Names of one graph or function body.
  struct Scope {
    llvm::StringMap<Operand> values;
    /// Decoded into `values` when first used.
    llvm::StringMap<const onnx::TensorProto *> initializers;
    /// Attributes of the function call, which ref_attr_name refers to.
    llvm::StringMap<onnx::AttributeProto> attributes;
    llvm::StringMap<int64_t> opsets;
    std::string prefix; ///< Of node names: "call/".
    int depth = 0;
  };
  using NodeList = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

  bool readOpsets(
      const google::protobuf::RepeatedPtrField<onnx::OperatorSetIdProto> &list,
      Scope &scope, const std::string &where);
  void readInitializers(Scope &scope);
  const Operand &lookupValue(Scope &scope, const std::string &name);
  void declareInputs(mlir::func::FuncOp func, Scope &scope);
  std::optional<Shape> readInputShape(const onnx::ValueInfoProto &input,
                                      llvm::StringSet<> &used);
  void importNodes(const NodeList &nodes,
                   llvm::ArrayRef<std::string> outputNames, Scope &scope);
  std::vector<int> sortNodes(const NodeList &nodes, Scope &scope);
  void reportCycles(const NodeList &nodes, llvm::ArrayRef<bool> sorted,
                    const llvm::StringMap<int> &producers, Scope &scope);
  void importNode(const onnx::NodeProto &proto, Scope &scope);
  mlir::LogicalResult importFunctionCall(Node &node,
                                         const onnx::FunctionProto &function,
                                         Scope &scope);
  OpImporter findImporter(Node &node, const onnx::FunctionProto *&function,
                          Scope &scope);
  void reportUnsupported();
  void finishFunction(mlir::func::FuncOp func, Scope &scope);
  void readMetadata(mlir::ModuleOp module);
  void applyMissing(mlir::func::FuncOp func);
  std::string nameNode(const onnx::NodeProto &proto, const Scope &scope) const;
  mlir::Location locate(llvm::StringRef node, llvm::StringRef op) const;

  const onnx::ModelProto &model;
  std::string file;
  TensorReader &reader;
  mlir::MLIRContext *context;
  const ImportOptions &options;

  int64_t foldingBudget;
  int64_t nodeBudget;
  bool failed = false;
  bool overBudget = false;
  int errors = 0;
  /// Name -> how often it has been used.
  llvm::StringMap<int> nodeNames;
  llvm::StringMap<const onnx::FunctionProto *> functions;
  llvm::DenseMap<mlir::Value, llvm::BitVector> inputsOf;
  /// Aggregates whose node does not say what a missing member means.
  std::vector<AggregateOp> undeclared;
  /// Nodes with the same operator and the same reason, in the file's order.
  struct Unsupported {
    std::string op, reason;
    std::vector<std::string> nodes;
  };
  std::vector<Unsupported> unsupported;
  std::map<std::pair<const HostTensor *, std::vector<int64_t>>,
           std::pair<HostTensorPtr, mlir::Value>>
      materialized;
};

} // namespace ddnn::frontend

#endif // DDNN_FRONTEND_GRAPHIMPORTER_H
