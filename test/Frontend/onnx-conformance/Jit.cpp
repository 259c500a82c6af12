//===- Jit.cpp - Runs an imported module on this machine ------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Jit.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/TargetSelect.h"

using namespace mlir;
using namespace ddnn;
using namespace ddnn::test;

static constexpr const char *kPipeline =
    "one-shot-bufferize{bufferize-function-boundaries "
    "function-boundary-type-conversion=identity-layout-map},"
    "buffer-results-to-out-params{modify-public-functions=true},"
    "func.func(convert-linalg-to-loops),"
    "expand-strided-metadata,lower-affine,"
    "convert-scf-to-cf,func.func(math-expand-ops{ops=rsqrt}),"
    "convert-math-to-llvm,convert-math-to-libm,"
    "finalize-memref-to-llvm,convert-func-to-llvm,convert-arith-to-llvm,"
    "convert-index-to-llvm,convert-cf-to-llvm,reconcile-unrealized-casts";

/// linalg.generic over all elements of the first operand; others are [C] along
/// axis 1.
static void
replaceByGeneric(RewriterBase &b, Operation *op,
                 function_ref<Value(OpBuilder &, Location, ValueRange)> body) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  SmallVector<AffineMap> maps{b.getMultiDimIdentityMap(type.getRank())};
  for (unsigned i = 1; i < op->getNumOperands(); ++i)
    maps.push_back(AffineMap::get(type.getRank(), 0, b.getAffineDimExpr(1)));
  maps.push_back(maps.front());
  b.setInsertionPoint(op);
  Value empty = tensor::EmptyOp::create(b, op->getLoc(), type.getShape(),
                                        type.getElementType());
  SmallVector<utils::IteratorType> loops(type.getRank(),
                                         utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      b, op->getLoc(), TypeRange{type}, op->getOperands(), ValueRange{empty},
      maps, loops, [&](OpBuilder &nested, Location loc, ValueRange args) {
        linalg::YieldOp::create(nested, loc, body(nested, loc, args));
      });
  b.replaceOp(op, generic.getResults());
}

/// What upstream has no lowering for.
static LogicalResult lowerOwnOps(ModuleOp module) {
  IRRewriter b(module.getContext());
  auto number = [](OpBuilder &n, Location loc, float value) -> Value {
    return arith::ConstantOp::create(n, loc, n.getF32FloatAttr(value));
  };
  SmallVector<Operation *> ops;
  module.walk([&](Operation *op) {
    if (isa<DDNNDialect>(op->getDialect()) || isa<linalg::SoftmaxOp>(op))
      ops.push_back(op);
  });
  for (Operation *op : ops) {
    b.setInsertionPoint(op);
    if (auto softmax = dyn_cast<linalg::SoftmaxOp>(op)) {
      FailureOr<SmallVector<Value>> values = softmax.decomposeOperation(b);
      if (failed(values))
        return failure();
      b.replaceOp(op, *values);
    } else if (isa<BatchNormOp>(op)) {
      replaceByGeneric(b, op, [](OpBuilder &n, Location loc, ValueRange v) {
        Value product = arith::MulFOp::create(n, loc, v[0], v[1]);
        return arith::AddFOp::create(n, loc, product, v[2]).getResult();
      });
    } else if (isa<SignOp>(op)) {
      replaceByGeneric(b, op, [&](OpBuilder &n, Location loc, ValueRange v) {
        return arith::CmpFOp::create(n, loc, arith::CmpFPredicate::OGE, v[0],
                                     number(n, loc, 0.0f))
            .getResult();
      });
    } else if (isa<PlusMinusOneOp>(op)) {
      replaceByGeneric(b, op, [&](OpBuilder &n, Location loc, ValueRange v) {
        return arith::SelectOp::create(n, loc, v[0], number(n, loc, 1.0f),
                                       number(n, loc, -1.0f))
            .getResult();
      });
    } else if (auto sign = dyn_cast<SignWithZeroOp>(op)) {
      bool isKept = sign.getAtZero().isZero();
      replaceByGeneric(b, op, [&](OpBuilder &n, Location loc, ValueRange v) {
        Value zero = number(n, loc, 0.0f), minus = number(n, loc, -1.0f);
        Value below = arith::CmpFOp::create(n, loc, arith::CmpFPredicate::OLT,
                                            v[0], zero);
        Value above = arith::CmpFOp::create(n, loc, arith::CmpFPredicate::OGT,
                                            v[0], zero);
        Value rest = arith::SelectOp::create(n, loc, below, minus,
                                             isKept ? v[0] : minus);
        return arith::SelectOp::create(n, loc, above, number(n, loc, 1.0f),
                                       rest)
            .getResult();
      });
    } else if (auto exit = dyn_cast<ExitOp>(op)) {
      b.replaceOp(op, exit.getScores());
    } else {
      return op->emitError("cannot be run");
    }
  }
  return success();
}

void Jit::initialize(DialectRegistry &registry) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  registerAllPasses();
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registry.insert<DDNNDialect>();
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
}

llvm::Expected<std::unique_ptr<Jit>> Jit::compile(ModuleOp module,
                                                  bool optimize) {
  auto jit = std::unique_ptr<Jit>(new Jit());
  auto func = module.lookupSymbol<func::FuncOp>("main");
  func->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                UnitAttr::get(module.getContext()));
  for (Type type : func.getArgumentTypes())
    jit->argumentShapes.emplace_back(cast<RankedTensorType>(type).getShape());
  for (Type type : func.getResultTypes())
    jit->resultShapes.emplace_back(cast<RankedTensorType>(type).getShape());
  // The translation to LLVM IR warns about attributes that it does not know.
  func.removeArgAttrsAttr();
  func.removeResAttrsAttr();
  PassManager passes(module.getContext());
  if (failed(lowerOwnOps(module)) ||
      failed(parsePassPipeline(kPipeline, passes)) ||
      failed(passes.run(module)))
    return llvm::createStringError("cannot be lowered");
  ExecutionEngineOptions options;
  // The option only refers to the function; it has to outlive the engine's
  // creation.
  auto transformer =
      makeOptimizingTransformer(optimize ? 3 : 0, 0, /*targetMachine=*/nullptr);
  options.transformer = transformer;
  options.jitCodeGenOptLevel = optimize ? llvm::CodeGenOptLevel::Aggressive
                                        : llvm::CodeGenOptLevel::None;
  StringRef libraries[] = {DDNN_RUNNER_UTILS};
  if (llvm::sys::fs::exists(libraries[0]))
    options.sharedLibPaths = libraries;
  auto engine = ExecutionEngine::create(module, options);
  if (!engine)
    return engine.takeError();
  jit->engine = std::move(*engine);
  return jit;
}

llvm::Expected<std::vector<Jit::Tensor>>
Jit::run(std::vector<Tensor> &arguments) {
  if (arguments.size() != argumentShapes.size())
    return llvm::createStringError("wrong number of arguments");
  std::vector<Tensor> results;
  for (const auto &shape : resultShapes) {
    int64_t count = 1;
    for (int64_t dim : shape)
      count *= dim;
    results.push_back({shape, std::vector<float>(count)});
  }
  // A memref's descriptor: allocated, aligned, offset, sizes, strides.
  std::vector<std::vector<int64_t>> descriptors;
  auto describe = [&](Tensor &tensor) {
    std::vector<int64_t> words{reinterpret_cast<int64_t>(tensor.data.data()),
                               reinterpret_cast<int64_t>(tensor.data.data()),
                               0};
    words.insert(words.end(), tensor.shape.begin(), tensor.shape.end());
    int64_t stride = 1;
    std::vector<int64_t> strides(tensor.shape.size());
    for (size_t d = tensor.shape.size(); d-- > 0; stride *= tensor.shape[d])
      strides[d] = stride;
    words.insert(words.end(), strides.begin(), strides.end());
    descriptors.push_back(std::move(words));
  };
  for (auto [tensor, shape] : llvm::zip(arguments, argumentShapes)) {
    tensor.shape = shape;
    describe(tensor);
  }
  for (Tensor &tensor : results)
    describe(tensor);
  std::vector<void *> pointers;
  for (auto &words : descriptors)
    pointers.push_back(words.data());
  std::vector<void *> packed;
  for (void *&pointer : pointers)
    packed.push_back(&pointer);
  if (llvm::Error error = engine->invokePacked("_mlir_ciface_main", packed))
    return std::move(error);
  return results;
}
